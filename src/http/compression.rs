//! Compresses responses by gzip: only those without secrets.
//!
//! The length of a compressed response reveals how much of it repeats. An attacker who can make a browser
//! send guesses, and sees the lengths of the responses, can find a secret in them letter by letter (BREACH).
//! So a response is compressed only if its handler marks it as free of secrets.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use super::media_type::quality_of;

/// Smaller responses fit into one packet anyway.
const SMALLEST: u16 = 1024;

/// Marks a response as free of secrets and of private data.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoSecret;

/// Compresses a response that is marked, if the client accepts gzip.
pub(super) async fn compress(response: Response, accepts_gzip: bool) -> Response {
    if response.extensions().get::<NoSecret>().is_none() {
        return response;
    }
    let mut request = Request::default();
    if accepts_gzip {
        let gzip = HeaderValue::from_static("gzip");
        request.headers_mut().insert(ACCEPT_ENCODING, gzip);
    }
    let mut response = Some(response);
    let answers = service_fn(move |_: Request| {
        ready(Ok::<_, Infallible>(response.take().unwrap_or_default()))
    });
    let layer = CompressionLayer::new().compress_when(SizeAbove::new(SMALLEST));
    let Ok(response) = layer.layer(answers).oneshot(request).await;
    let mut response = response.map(Body::new);
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
/// compressed. The compression layer doesn't understand `*` and complex lists.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
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
    fn accept_encoding_is_read() {
        let accepts = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(ACCEPT_ENCODING, HeaderValue::from_bytes(value).unwrap());
            }
            accepts_gzip(&headers)
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
            assert!(accepts(&[taken]), "{taken:?}");
        }
        for refused in
            [&b""[..], b"identity", b"br", b"gzip;q=0", b"gzip;q=0.000, *", b"*;q=0", b"gzipped"]
        {
            assert!(!accepts(&[refused]), "{refused:?}");
        }
        assert!(accepts(&[b"br", b"gzip"]));
        assert!(!accepts(&[]));
    }
}
