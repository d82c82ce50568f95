//! `GET /v1/schema.graphql`: the SDL, as long as introspection is on.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::header::ETAG;
use axum::http::header::IF_NONE_MATCH;
use axum::response::IntoResponse;
use axum::response::Response;

use super::failure;
use crate::app::App;
use crate::auth::session_secret::sha256_hex;
use crate::config::Mode;
use crate::schema;

type Tagged = (String, String);

static SERVE: LazyLock<Tagged> = LazyLock::new(|| tagged(Mode::Serve));
static DEV: LazyLock<Tagged> = LazyLock::new(|| tagged(Mode::Dev));

fn tagged(mode: Mode) -> Tagged {
    let sdl = schema::sdl(mode);
    let etag = format!("\"{}\"", sha256_hex(sdl.as_bytes()));
    (sdl, etag)
}

/// Answers the SDL; 304 to a client that has it.
pub(super) async fn get(State(app): State<App>, headers: HeaderMap) -> Response {
    if !app.config.graphql.introspection {
        return failure::route_not_found().await;
    }
    let (sdl, etag) = if app.config.is_dev() { &*DEV } else { &*SERVE };
    let tag = [(ETAG, etag.as_str())];
    let known = headers.get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes());
    if known {
        return (StatusCode::NOT_MODIFIED, tag).into_response();
    }
    (tag, [(CONTENT_TYPE, "text/plain; charset=utf-8")], sdl.as_str()).into_response()
}
