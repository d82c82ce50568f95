//! GraphiQL: the page at `/v1/graphql` for browsers while `graphql.graphiql` is on, and its files.
//!
//! Everything is in the binary; the page calls no other server.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_embed::RustEmbed;

use super::media_type::prefers_html;
use super::page_files;
use crate::app::App;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const NOSNIFF: (HeaderName, &str) = (X_CONTENT_TYPE_OPTIONS, "nosniff");

/// The page, with `{nonce}`, `{files}` and `{mode}` to be filled in.
const PAGE: &str = include_str!("graphiql/index.html");
/// The page's policy: run scripts with the nonce, and call this server. Styles need no `unsafe-inline`:
/// GraphiQL's `<style>` elements get the nonce, too, and its scripts set styles by properties, which is
/// allowed.
const POLICY: &str = "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
                      connect-src 'self'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The files of the page.
#[derive(RustEmbed)]
#[folder = "src/http/graphiql"]
struct Files;

/// The name of the files' folder.
static VERSION: LazyLock<String> = LazyLock::new(page_files::version::<Files>);

/// The routes of the files.
pub(super) fn router() -> Router<App> {
    Router::new().route("/v1/graphiql/{version}/{*name}", get(file))
}

/// Whether a GET request without a document is from a browser that wants the page.
pub(super) fn is_wanted(app: &App, headers: &HeaderMap) -> bool {
    app.config.graphql.graphiql && prefers_html(headers)
}

/// Returns the page, each time with another nonce.
pub(super) fn page(app: &App, parts: &Parts) -> Response {
    let nonce = STANDARD.encode(app.random.bytes::<16>());
    let files = page_files::relative_url(parts, "graphiql", &VERSION);
    let mode = if app.config.is_dev() { "dev" } else { "serve" };
    let page = PAGE.replace("{nonce}", &nonce).replace("{files}", &files).replace("{mode}", mode);
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY.replace("{nonce}", &nonce)),
        (CACHE_CONTROL, "no-store".to_owned()),
        (OPENER_POLICY, "same-origin".to_owned()),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (VARY, "accept".to_owned()),
    ];
    ([NOSNIFF], headers, Html(page)).into_response()
}

/// Returns a file of the page.
async fn file(Path((version, name)): Path<(String, String)>) -> Response {
    page_files::respond::<Files>(&name, version == *VERSION).await
}
