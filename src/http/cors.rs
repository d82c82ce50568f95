//! CORS: which origins' pages may call the server.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::origin::{is_allowed, log_rejected};
use crate::app::App;

/// The headers that pages may read.
const EXPOSED: [&str; 8] = [
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "retry-after",
    "x-request-id",
];

/// Allows the server's own pages and those of all projects' platforms, with cookies.
pub(super) fn layer(app: &App) -> CorsLayer {
    let app = app.clone();
    let origin = AllowOrigin::predicate(move |origin: &HeaderValue, _: &Parts| {
        let allowed = is_allowed(&app, origin, app.platforms());
        if !allowed {
            log_rejected(&app, origin);
        }
        allowed
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

/// Answers OPTIONS without `Origin`, which is no preflight, with the route's methods.
pub(super) async fn options(
    State(routes): State<Router>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::OPTIONS || request.headers().contains_key(header::ORIGIN) {
        return next.run(request).await;
    }
    // `OPTIONS *` asks about the server.
    if request.uri().path() == "*" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let Ok(response) = routes.oneshot(request).await;
    let allowed = response.headers().get(header::ALLOW).and_then(|allowed| allowed.to_str().ok());
    match allowed {
        Some(allowed) => {
            let allowed = [(header::ALLOW, format!("{allowed},OPTIONS"))];
            (StatusCode::NO_CONTENT, allowed).into_response()
        }
        None => response,
    }
}
