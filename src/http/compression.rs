//! Compresses responses by gzip: only those without secrets.
//!
//! The length of a compressed response reveals how much of it repeats. An attacker who can make a browser
//! send guesses, and sees the lengths of the responses, can find a secret in them letter by letter (BREACH).
//! So a response is compressed only if its handler marks it as free of secrets.

use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::compression::predicate::SizeAbove;
use tower_http::compression::{CompressionLayer, Predicate};

use super::media_type::quality_of;

/// Smaller responses fit into one packet anyway.
const SMALLEST: u16 = 1024;

/// Marks a response as free of secrets and of private data.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoSecret;

/// Compresses marked responses for clients that accept gzip.
pub(super) fn layer() -> CompressionLayer<impl Predicate> {
    let is_marked = |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
        extensions.get::<NoSecret>().is_some()
    };
    CompressionLayer::new().compress_when(SizeAbove::new(SMALLEST).and(is_marked))
}

/// Decides whether the client accepts gzip, because the compression layer doesn't understand `*` and complex
/// lists.
pub(super) async fn negotiate(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let is_taken = takes_gzip(headers);
    headers.remove(ACCEPT_ENCODING);
    if is_taken {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A strong ETag would say that the bytes are the same with and without compression.
    if headers.contains_key(CONTENT_ENCODING)
        && let Some(tag) = headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""))
        && let Ok(tag) = HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat())
    {
        headers.insert(ETAG, tag);
    }
    response
}

/// Whether `Accept-Encoding` allows gzip (RFC 9110 section 12.5.3). Without the header nothing is
/// compressed.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut gzip = None;
    let mut any = None;
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    for element in values.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')) {
        let element = String::from_utf8_lossy(element).to_ascii_lowercase();
        let mut parts = element.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, quality_of);
        match coding {
            "gzip" | "x-gzip" => gzip = gzip.or(Some(quality)),
            "*" => any = any.or(Some(quality)),
            _ => {}
        }
    }
    gzip.or(any).is_some_and(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_says_whether_it_takes_gzip() {
        let takes = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(ACCEPT_ENCODING, HeaderValue::from_bytes(value).unwrap());
            }
            takes_gzip(&headers)
        };

        for taken in [
            &b"gzip"[..],
            b"gzip, deflate, br, zstd",
            b"br;q=1.0, GZIP ; q=0.5 , *;q=0",
            b"x-gzip",
            b"*",
            b"identity;q=0, *;q=0.1",
            b"\xff\xfe, gzip",
        ] {
            assert!(takes(&[taken]), "{taken:?}");
        }
        for refused in
            [&b""[..], b"identity", b"br", b"gzip;q=0", b"gzip;q=0.000, *", b"*;q=0", b"gzipped"]
        {
            assert!(!takes(&[refused]), "{refused:?}");
        }
        assert!(takes(&[b"br", b"gzip"]));
        assert!(!takes(&[]));
    }
}
