//! Checks the head of a request: its end must not be in doubt, and it must have one host.

use axum::http::header::{CONNECTION, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version};
use axum::response::{IntoResponse, Response};

use super::failure::Failure;
use super::framing::Doubt;

/// Checks the head of a request. If the host is in the request line, sets it as the header (RFC 9112 section
/// 3.2.2). Fails with a message for the client.
pub(super) fn check<B>(
    request: &mut axum::http::Request<B>,
    doubt: Option<Doubt>,
) -> Result<(), &'static str> {
    match doubt {
        Some(Doubt::TwoLengths) => {
            Err("The request has both `Content-Length` and `Transfer-Encoding`: send one of them.")
        }
        Some(Doubt::Coding) => Err("The only `Transfer-Encoding` that is read is `chunked`."),
        Some(Doubt::Unfollowed) => Err("The end of the previous request is in doubt."),
        None => check_host(request),
    }
}

/// The message for the client if the head is invalid: an extension of a request that must not be handled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubtful(pub(super) &'static str);

impl Doubtful {
    /// The response. The connection is closed after it.
    pub(super) fn refuse(self) -> Response {
        let Self(problem) = self;
        let mut response = Failure::Malformed(problem.to_owned()).into_response();
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

fn check_host<B>(request: &mut axum::http::Request<B>) -> Result<(), &'static str> {
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() >= Version::HTTP_11 => {
            return Err("The request needs a `Host` header.");
        }
        (Some(_), Some(_)) => return Err("The request has two `Host` headers: send one."),
        (Some(host), None) if !is_host(host.as_bytes()) => {
            return Err("The `Host` header is not a host with an optional port.");
        }
        (None, _) | (Some(_), None) => {}
    }
    let named =
        request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = named {
        request.headers_mut().insert(HOST, host);
    }
    Ok(())
}

/// Whether a `Host` header is valid: a host with an optional port, or empty.
fn is_host(value: &[u8]) -> bool {
    value.is_empty() || (!value.contains(&b'@') && Authority::try_from(value).is_ok())
}
