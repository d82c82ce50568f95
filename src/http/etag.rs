//! Entity tags: clients that have a response needn't get it again.

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

use crate::crypto::sha256_hex;

/// The tag of a text.
pub(super) fn of(text: &str) -> String {
    format!("\"{}\"", sha256_hex(text.as_bytes()))
}

/// Whether the client has what is tagged: by weak comparison (RFC 9110 section 13.1.2), since a compressing proxy makes an
/// `ETag` weak.
pub(super) fn is_known(etag: &str, headers: &HeaderMap) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    tags.any(|tag| {
        let tag = tag.trim_ascii();
        tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag.as_bytes()
    })
}
