//! What the head of a request must have before it is answered: an end that is not in doubt, and one host.

use axum::extract::Request;
use axum::http::header::{CONNECTION, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::failure::Failure;
use super::framing::Doubt;

/// Makes sure that the head of a request is in order. Gives a request that names its host in the request line that host as its
/// header (RFC 9112 section 3.2.2). Fails with a sentence for the client.
pub(super) fn check<B>(
    request: &mut axum::http::Request<B>,
    doubt: Option<Doubt>,
) -> Result<(), &'static str> {
    match doubt {
        Some(Doubt::TwoLengths) => {
            Err("The request has both `Content-Length` and `Transfer-Encoding`: send one of them.")
        }
        Some(Doubt::Coding) => Err("The only `Transfer-Encoding` that is read is `chunked`."),
        Some(Doubt::Unfollowed) => Err("It is in doubt where the request before has ended."),
        None => check_host(request),
    }
}

/// What is wrong with the head of a request, in a sentence for the client: an extension of a request that must not be answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubtful(pub(super) &'static str);

/// Refuses requests whose head is not in order.
pub(super) async fn refuse_doubtful(request: Request, next: Next) -> Response {
    match request.extensions().get::<Doubtful>() {
        Some(Doubtful(problem)) => refuse(problem),
        None => next.run(request).await,
    }
}

/// The answer to a request whose head is not in order. The connection is closed after it.
fn refuse(problem: &str) -> Response {
    let mut response = Failure::Malformed(problem.to_owned()).into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
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

/// Whether a `Host` header is in order: a host with an optional port, or empty.
fn is_host(value: &[u8]) -> bool {
    value.is_empty() || (!value.contains(&b'@') && Authority::try_from(value).is_ok())
}
