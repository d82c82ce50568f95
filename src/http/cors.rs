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
use url::Url;

use crate::address::is_listed;
use crate::app::App;

/// The headers that clients read.
const EXPOSED: [&str; 8] = [
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "retry-after",
    "x-fallback-cookies",
];

/// Admits pages whose host is a platform of some project, with their cookies.
pub(super) fn layer(app: &App) -> CorsLayer {
    let platforms: Vec<String> = app.platforms().map(str::to_owned).collect();
    let origin = AllowOrigin::predicate(move |origin: &HeaderValue, _: &Parts| {
        host(origin).is_some_and(|host| is_listed(&host, platforms.iter().map(String::as_str)))
    });
    CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED.map(HeaderName::from_static))
        .max_age(Duration::from_mins(10))
        .vary([header::ORIGIN])
}

fn host(origin: &HeaderValue) -> Option<String> {
    let url = Url::parse(origin.to_str().ok()?).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    web.then(|| url.host_str().map(str::to_lowercase)).flatten()
}
