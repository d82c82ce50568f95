//! Which pages of which origins may talk to the server.

use std::time::Duration;

use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::header;
use axum::http::request::Parts;
use tower_http::cors::AllowHeaders;
use tower_http::cors::AllowOrigin;
use tower_http::cors::CorsLayer;

use super::origin::is_admitted;
use crate::app::App;

/// The headers that clients read.
const EXPOSED: [&str; 7] = [
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "retry-after",
];

/// Admits the server's own pages and those of the platforms of all projects, with their cookies.
pub(super) fn layer(app: &App) -> CorsLayer {
    let app = app.clone();
    let origin = AllowOrigin::predicate(move |origin: &HeaderValue, _: &Parts| {
        is_admitted(&app, origin, app.platforms())
    });
    CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(Duration::from_mins(10))
        .vary([header::ORIGIN])
}
