//! `GET /v1/schema.graphql` and `GET /v1/openapi.json`, available while introspection is on.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::compression::NoSecret;
use super::failure;
use crate::app::App;
use crate::crypto::sha256_hex;
use crate::openapi;
use crate::schema::Schema;

/// A description with its `ETag`.
struct Description {
    text: String,
    etag: String,
    content_type: &'static str,
}

/// The routes of the descriptions of `schema`.
pub(super) fn router(app: &App, schema: &Schema) -> Router<App> {
    let server = app.config.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/'));
    let openapi = openapi::describe(schema.catalog().rest(), server.unwrap_or(openapi::DEV_SERVER));
    let descriptions = [
        (
            "/v1/schema.graphql",
            Description::new(schema.sdl().to_owned(), "text/plain; charset=utf-8"),
        ),
        ("/v1/openapi.json", Description::new(openapi, "application/json; charset=utf-8")),
    ];
    let mut router = Router::new();
    for (path, description) in descriptions {
        let description = Arc::new(description);
        let handler = move |State(app): State<App>, headers: HeaderMap| {
            let description = Arc::clone(&description);
            async move {
                if app.config.graphql.introspection {
                    description.answer(&headers)
                } else {
                    failure::route_not_found().await
                }
            }
        };
        router = router.route(path, get(handler));
    }
    router
}

impl Description {
    fn new(text: String, content_type: &'static str) -> Self {
        let etag = format!("\"{}\"", sha256_hex(text.as_bytes()));
        Self { text, etag, content_type }
    }

    /// Whether the client has it: by weak comparison (RFC 9110 section 13.1.2), since a compressing proxy
    /// makes an `ETag` weak.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(IF_NONE_MATCH).iter();
        let mut tags = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        tags.any(|tag| {
            let tag = tag.trim_ascii();
            tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == self.etag.as_bytes()
        })
    }

    /// Returns the description, or 304 if the client has it.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let tag = [(ETAG, self.etag.clone())];
        if self.is_known(headers) {
            return (StatusCode::NOT_MODIFIED, tag).into_response();
        }
        let content_type = [(CONTENT_TYPE, self.content_type)];
        (tag, content_type, Extension(NoSecret), self.text.clone()).into_response()
    }
}
