//! The embedded files of a page. Their folder's name changes with them, so that browsers may keep them.

use axum::Extension;
use axum::extract::OriginalUri;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::compression::NoSecret;
use super::failure;
use crate::crypto::sha256_hex;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A name for the present contents of all files.
pub(super) fn version<F: RustEmbed>() -> String {
    let files = F::iter().filter_map(|name| F::get(&name));
    let hashes: Vec<u8> = files.flat_map(|file| file.metadata.sha256_hash()).collect();
    sha256_hex(&hashes).chars().take(16).collect()
}

/// The URL of the files, relative to the page: it is right wherever a proxy puts the page, also if the page's path ends
/// with a slash.
pub(super) fn relative_url(page: &Parts, folder: &str, version: &str) -> String {
    let requested = page.extensions.get::<OriginalUri>();
    let is_folder = requested.is_some_and(|OriginalUri(uri)| uri.path().ends_with('/'));
    format!("{}{folder}/{version}", if is_folder { "../" } else { "" })
}

/// Returns a file, cacheable for a year; 404 if it is unknown, or of another version.
pub(super) async fn respond<F: RustEmbed>(name: &str, is_current: bool) -> Response {
    let file = F::get(name).filter(|_| is_current);
    let (Some(file), Some(content_type)) = (file, content_type(name)) else {
        return failure::route_not_found().await;
    };
    let headers = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
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
