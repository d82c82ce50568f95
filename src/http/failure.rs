//! Errors of a whole request: the HTTP status, and the body for REST clients.

use std::borrow::Cow;

use axum::Json;
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::http::StatusCode;
use axum::http::header::{ACCEPT_ENCODING, ALLOW, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::media_type::Unreadable;
use crate::app::App;
use crate::error::Error;
use crate::graphql::answer::Fault;
use crate::graphql::wire_errors::log_fault;
use crate::request_log;

/// The message about a path with other bytes, such as `%ff`.
const NO_UTF8: &str = "Each part of the path must be in UTF-8.";

/// A request that failed before any field ran.
#[derive(Debug)]
pub(super) enum Failure {
    /// The body is larger than `limits.body_bytes`.
    BodyTooLarge,
    /// The body is not declared as plain JSON.
    UnsupportedMediaType(Unreadable),
    /// The client accepts none of the available media types.
    NotAcceptable,
    /// The body is not a GraphQL request; with the reason.
    Malformed(String),
    /// There is no document in the request.
    NoQuery,
    /// The batch is longer than `limits.batch`, which is this.
    TooManyQueries(usize),
    /// A mutation was sent by GET.
    MutationByGet,
    /// The body took too long to arrive.
    TooSlow,
    /// The client's network has too many open connections.
    TooManyConnections,
    /// An error that operations have, too.
    Refused(Error),
}

/// The error body, with fields in Appwrite's order.
#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
    code: u16,
    #[serde(rename = "type")]
    kind: &'a str,
    version: &'static str,
    /// The id of a server error; quote it to find the error in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// In development: the cause, or the configuration key to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

impl Failure {
    fn wire(&self) -> (&'static str, StatusCode) {
        match self {
            Self::BodyTooLarge => ("general_argument_invalid", StatusCode::PAYLOAD_TOO_LARGE),
            Self::UnsupportedMediaType(_) => {
                ("general_argument_invalid", StatusCode::UNSUPPORTED_MEDIA_TYPE)
            }
            Self::NotAcceptable => ("general_argument_invalid", StatusCode::NOT_ACCEPTABLE),
            Self::Malformed(_) => ("general_argument_invalid", StatusCode::BAD_REQUEST),
            Self::NoQuery => ("graphql_no_query", StatusCode::BAD_REQUEST),
            Self::TooManyQueries(_) => ("graphql_too_many_queries", StatusCode::BAD_REQUEST),
            Self::MutationByGet => ("graphql_method_unsupported", StatusCode::METHOD_NOT_ALLOWED),
            Self::TooSlow => ("general_argument_invalid", StatusCode::REQUEST_TIMEOUT),
            Self::TooManyConnections => {
                ("general_rate_limit_exceeded", StatusCode::TOO_MANY_REQUESTS)
            }
            Self::Refused(error) => {
                let (kind, code) = error.wire();
                (kind, StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
            }
        }
    }

    fn message(&self) -> String {
        match self {
            Self::BodyTooLarge => "The request body is too large.".to_owned(),
            Self::UnsupportedMediaType(problem) => match problem {
                Unreadable::Encoded => {
                    "The body is compressed. Send it as it is, without `Content-Encoding`."
                }
                Unreadable::Charset => {
                    "The body must be in UTF-8. Send it with `Content-Type: application/json`."
                }
                Unreadable::Multipart => {
                    "Forms and uploads (multipart) are not read. Send the request as JSON, with \
                     `Content-Type: application/json`."
                }
                Unreadable::NotJson => {
                    "Send the request as plain JSON, with `Content-Type: application/json`."
                }
            }
            .to_owned(),
            Self::NotAcceptable => {
                "The answer can be `application/json`, `application/graphql-response+json`, or for a single request \
                 `text/event-stream`."
                    .to_owned()
            }
            Self::Malformed(problem) => problem.clone(),
            Self::NoQuery => "Param \"query\" is not optional.".to_owned(),
            Self::TooManyQueries(limit) => {
                format!("Too many queries: a batch may have up to {limit}.")
            }
            Self::MutationByGet => "A mutation can't be sent by GET. Use POST.".to_owned(),
            Self::TooSlow => "The request body took too long to arrive.".to_owned(),
            Self::TooManyConnections => {
                "Too many open connections. Close some of them first.".to_owned()
            }
            Self::Refused(error) => error.to_string(),
        }
    }
}

impl Failure {
    /// The failure as a GraphQL error, for transports without status.
    pub(super) fn to_graphql_error(&self) -> serde_json::Value {
        let (kind, status) = self.wire();
        request_log::note_error(kind);
        serde_json::json!({
            "message": self.message(),
            "extensions": { "type": kind, "code": status.as_u16() },
        })
    }
}

impl From<Unreadable> for Failure {
    fn from(problem: Unreadable) -> Self {
        Self::UnsupportedMediaType(problem)
    }
}

impl From<PathRejection> for Failure {
    fn from(_: PathRejection) -> Self {
        Self::Malformed(NO_UTF8.to_owned())
    }
}

impl From<RawPathParamsRejection> for Failure {
    fn from(_: RawPathParamsRejection) -> Self {
        Self::Malformed(NO_UTF8.to_owned())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    /// The response, in development with the hint of its error.
    pub(super) fn explained(self, app: &App) -> Response {
        let hint = match &self {
            Self::Refused(error) if app.config.is_dev() => error.hint().map(Cow::into_owned),
            _ => None,
        };
        self.respond(hint.as_deref())
    }

    fn respond(self, hint: Option<&str>) -> Response {
        let (kind, status) = self.wire();
        let id = match &self {
            Self::Refused(Error::Internal(cause)) => Some(log_fault(cause)),
            _ => None,
        };
        let message = self.message();
        let fault = Fault::new(status.as_u16(), kind, &message);
        let mut response = answer(Fault { id: id.as_deref(), hint, ..fault });
        if let Self::MutationByGet = self {
            response.headers_mut().insert(ALLOW, axum::http::HeaderValue::from_static("POST"));
        }
        if let Self::UnsupportedMediaType(Unreadable::Encoded) = self {
            let none = axum::http::HeaderValue::from_static("identity");
            response.headers_mut().insert(ACCEPT_ENCODING, none);
        }
        if let Self::Refused(error) = self
            && let Some(wait) = error.retry_after()
        {
            response.headers_mut().insert(RETRY_AFTER, wait.into());
        }
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.respond(None)
    }
}

/// Answers an error.
pub(super) fn answer(fault: Fault<'_>) -> Response {
    request_log::note_error(fault.kind);
    let Fault { message, kind, code, id, hint } = fault;
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = Body { message, code, kind, version: env!("CARGO_PKG_VERSION"), id, hint };
    (status, Json(body)).into_response()
}

/// The response for an unknown path.
pub(super) async fn route_not_found() -> Response {
    let message = "The requested route was not found.";
    answer(Fault::new(404, "general_route_not_found", message))
}

/// The response for a method that the route doesn't have.
pub(super) async fn method_not_allowed() -> Response {
    let message = "The route does not support this method.";
    answer(Fault::new(405, "general_not_implemented", message))
}

/// The response if the handler panicked. The panic itself was printed where it happened.
pub(super) fn panicked() -> Response {
    Failure::Refused(Error::Internal(anyhow::anyhow!("a handler panicked"))).into_response()
}
