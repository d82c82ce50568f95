//! The messages of `graphql-transport-ws`, and the codes that close a socket.

use std::collections::BTreeMap;

use axum::extract::ws::Message;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Error;
use crate::graphql::wire_errors::log_fault;
use crate::http::envelope::Body;
use crate::http::failure::Failure;
use crate::http::unique_keys::find_repeated_key;

/// The headers in the payload.
const HEADERS: [&str; 6] = [
    "authorization",
    "x-appwrite-jwt",
    "x-appwrite-locale",
    "x-appwrite-project",
    "x-appwrite-session",
    "x-fallback-cookies",
];

/// A message from a client.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    /// The first message.
    ConnectionInit {
        /// The headers in its payload.
        #[serde(default)]
        payload: Payload,
    },
    /// Asks for a pong.
    Ping,
    /// Answers a ping.
    Pong,
    /// Begins an operation.
    Subscribe {
        /// The operation's id.
        id: String,
        /// The operation.
        payload: Box<Body>,
    },
    /// Ends an operation.
    Complete {
        /// The operation's name.
        id: String,
    },
}

/// The payload of `connection_init`: headers, or an object `headers` with them.
#[derive(Default, Deserialize)]
#[serde(from = "Option<BTreeMap<String, Value>>")]
pub(super) struct Payload(BTreeMap<String, Value>);

impl From<Option<BTreeMap<String, Value>>> for Payload {
    fn from(values: Option<BTreeMap<String, Value>>) -> Self {
        Self(values.unwrap_or_default())
    }
}

impl Payload {
    /// The headers in the payload.
    pub(super) fn into_headers(self) -> HeaderMap {
        let nested = self.0.get("headers").and_then(Value::as_object).cloned().unwrap_or_default();
        self.0
            .into_iter()
            .chain(nested)
            .filter_map(|(name, value)| {
                let name = name.to_ascii_lowercase();
                let known = HEADERS.iter().find(|known| **known == name)?;
                let value = HeaderValue::from_bytes(value.as_str()?.as_bytes()).ok()?;
                Some((HeaderName::from_static(known), value))
            })
            .collect()
    }
}

impl Incoming {
    /// Reads a message; none if it is not of the protocol. Fails at the end of the socket.
    pub(super) fn read(
        received: Option<Result<Message, axum::Error>>,
    ) -> Result<Option<Self>, Close> {
        match received {
            Some(Ok(Message::Text(text))) => {
                if find_repeated_key(text.as_bytes()).is_some() {
                    return Err(Close::REPEATED_KEY);
                }
                serde_json::from_str(&text).map(Some).map_err(|_| Close::BAD_REQUEST)
            }
            Some(Err(error)) if is_too_large(&error) => Err(Close::TOO_LARGE),
            Some(Ok(Message::Binary(_)) | Err(_)) => Err(Close::BAD_REQUEST),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Close(_))) | None => Err(Close::NORMAL),
        }
    }
}

/// Whether a message was too large.
fn is_too_large(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref());
    matches!(source, Some(tungstenite::Error::Capacity(_)))
}

/// The reason for closing a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: &'static str,
}

impl Close {
    pub(super) const NORMAL: Self = Self::new(1000, "");
    pub(super) const GOING_AWAY: Self = Self::new(1001, "The server is stopping");
    pub(super) const SILENT: Self = Self::new(1001, "The client has not answered a ping");
    pub(super) const STALLED: Self = Self::new(1001, "The client reads nothing");
    pub(super) const BUSY: Self = Self::new(1013, "Try again later");
    pub(super) const BAD_REQUEST: Self = Self::new(4400, "Invalid message");
    pub(super) const TOO_LARGE: Self =
        Self::new(4400, "Message too large: at most 65,536 bytes; send more by POST");
    pub(super) const REPEATED_KEY: Self =
        Self::new(4400, "Invalid message: duplicate key in an object");
    pub(super) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    pub(super) const FORBIDDEN: Self = Self::new(4403, "Forbidden");
    pub(super) const SUBPROTOCOL: Self = Self::new(4406, "Subprotocol not acceptable");
    pub(super) const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    pub(super) const DUPLICATE: Self = Self::new(4409, "Subscriber already exists");
    pub(super) const SECOND_INIT: Self = Self::new(4429, "Too many initialisation requests");
    pub(super) const TOO_MANY: Self = Self::new(4429, "Too many operations");
    pub(super) const FAULT: Self = Self::new(4500, "Internal server error");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

impl From<&Failure> for Close {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Refused(Error::Internal(cause)) => {
                log_fault(cause);
                Self::FAULT
            }
            Failure::Refused(Error::GeneralServerBusy) | Failure::TooManyConnections => Self::BUSY,
            _ => Self::FORBIDDEN,
        }
    }
}

/// Confirms the first message.
pub(super) fn acknowledged() -> Message {
    text(&json!({"type": "connection_ack"}))
}

/// Answers a ping.
pub(super) fn pong() -> Message {
    text(&json!({"type": "pong"}))
}

/// A response of an operation; `answer` is JSON.
pub(super) fn next(id: &str, answer: &str) -> Message {
    let id = Value::from(id);
    Message::Text(format!(r#"{{"id":{id},"type":"next","payload":{answer}}}"#).into())
}

/// Ends an operation that failed before it ran.
pub(super) fn errors(id: &str, errors: &[impl Serialize]) -> Message {
    text(&json!({"id": id, "type": "error", "payload": errors}))
}

/// Ends an operation.
pub(super) fn complete(id: &str) -> Message {
    text(&json!({"id": id, "type": "complete"}))
}

fn text(message: &Value) -> Message {
    Message::Text(message.to_string().into())
}
