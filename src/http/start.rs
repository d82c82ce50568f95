//! `/`: in development the start page, in production one line of text.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use url::Url;

use crate::app::App;
use crate::config::is_loopback;

/// The line in production.
const LINE: &str = "This is accountd, an account server.\n";
/// The page, with `{fetch}` and `{sdk}` to be filled in.
const PAGE: &str = include_str!("start/index.html");
const STYLE: &str = include_str!("start/start.css");
/// The sample with `fetch`, also in the README.
const FETCH: &str = include_str!("start/fetch.js");
/// The sample with the official SDK.
const SDK: &str = include_str!("start/sdk.js");
/// The server's URL in the samples.
const SERVER: &str = "http://localhost:8080";
/// The page runs no script.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The route of `/`, and that of the page's style in development.
pub(super) fn router(is_dev: bool) -> Router<App> {
    if !is_dev {
        return Router::new().route("/", get(LINE));
    }
    Router::new()
        .route("/", get(async |headers: HeaderMap| answer("text/html", page(&headers))))
        .route("/start.css", get(async || answer("text/css", STYLE.to_owned())))
}

fn answer(kind: &str, text: String) -> Response {
    let mut response = ([(CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The page, whose samples call the server at the address by which it was opened.
fn page(headers: &HeaderMap) -> String {
    let server = address(headers).unwrap_or_else(|| SERVER.to_owned());
    let lines = |text: &str| escape(&text.trim_end().replace(SERVER, &server));
    PAGE.replace("{fetch}", &lines(FETCH)).replace("{sdk}", &lines(SDK))
}

/// The address by which the page was opened. On this machine, the name for which browsers send cookies of
/// other pages.
fn address(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let mut url = Url::parse(&format!("http://{host}")).ok()?;
    if is_loopback(&url) {
        url.set_host(Some("localhost")).ok()?;
    }
    Some(url.origin().ascii_serialization())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
