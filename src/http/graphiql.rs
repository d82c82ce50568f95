//! GraphiQL: the page at `/v1/graphql` for browsers while `graphql.graphiql` is on, and its files.
//!
//! Everything is in the binary; the page calls no other server.

use std::sync::LazyLock;

use axum::extract::{OriginalUri, Path};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_embed::RustEmbed;

use super::compression::NoSecret;
use super::failure;
use super::media_type::prefers_html;
use crate::app::App;
use crate::crypto::sha256_hex;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
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

/// The name of the files' folder. It changes with the files, so that browsers may cache them.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let files = Files::iter().filter_map(|name| Files::get(&name));
    let hashes: Vec<u8> = files.flat_map(|file| file.metadata.sha256_hash()).collect();
    sha256_hex(&hashes).chars().take(16).collect()
});

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
    // The files are beside the endpoint, wherever a proxy puts it, also if its path ends with a slash.
    let requested = parts.extensions.get::<OriginalUri>();
    let is_folder = requested.is_some_and(|OriginalUri(uri)| uri.path().ends_with('/'));
    let files = format!("{}graphiql/{}", if is_folder { "../" } else { "" }, *VERSION);
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

/// Returns a file of the page, cacheable for a year.
async fn file(Path((version, name)): Path<(String, String)>) -> Response {
    let file = Files::get(&name).filter(|_| version == *VERSION);
    let (Some(file), Some(content_type)) = (file, content_type(&name)) else {
        return failure::route_not_found().await;
    };
    let headers = [
        NOSNIFF,
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (RESOURCE_POLICY, "same-origin"),
    ];
    (headers, Extension(NoSecret), file.data).into_response()
}

/// The media type of a file; none if it is unknown.
fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}
