//! `GET /v1/schema.graphql` and `GET /v1/openapi.json`, available while introspection is on.

use std::sync::{Arc, OnceLock};

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

/// A description, made at the first request for it.
struct Description {
    kind: Kind,
    schema: Arc<Schema>,
    made: OnceLock<Made>,
}

/// What describes the server.
#[derive(Clone, Copy)]
enum Kind {
    Sdl,
    OpenApi,
}

/// The text of a description, with its tag.
struct Made {
    text: String,
    etag: String,
}

/// The routes of the descriptions of `schema`.
pub(super) fn router(schema: &Arc<Schema>) -> Router<App> {
    let descriptions = [("/v1/schema.graphql", Kind::Sdl), ("/v1/openapi.json", Kind::OpenApi)];
    let mut router = Router::new();
    for (path, kind) in descriptions {
        let schema = Arc::clone(schema);
        let description = Arc::new(Description { kind, schema, made: OnceLock::new() });
        let handler = move |State(app): State<App>, headers: HeaderMap| {
            let description = Arc::clone(&description);
            async move {
                if app.config.graphql.introspection {
                    description.answer(&app, &headers)
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
    fn make(&self, app: &App) -> Made {
        let text = match self.kind {
            Kind::Sdl => self.schema.sdl().to_owned(),
            Kind::OpenApi => {
                let server = app.config.public_url.as_ref();
                let server = server.map(|url| url.as_str().trim_end_matches('/'));
                let server = server.unwrap_or(openapi::DEV_SERVER);
                openapi::describe(self.schema.catalog().rest(), server)
            }
        };
        let etag = format!("\"{}\"", sha256_hex(text.as_bytes()));
        Made { text, etag }
    }

    /// Returns the description, or 304 if the client has it.
    fn answer(&self, app: &App, headers: &HeaderMap) -> Response {
        let made = self.made.get_or_init(|| self.make(app));
        let tag = [(ETAG, made.etag.clone())];
        if made.is_known(headers) {
            return (StatusCode::NOT_MODIFIED, tag).into_response();
        }
        let content_type = [(CONTENT_TYPE, self.kind.content_type())];
        (tag, content_type, Extension(NoSecret), made.text.clone()).into_response()
    }
}

impl Kind {
    fn content_type(self) -> &'static str {
        match self {
            Self::Sdl => "text/plain; charset=utf-8",
            Self::OpenApi => "application/json; charset=utf-8",
        }
    }
}

impl Made {
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
}
