//! Converts errors: type, code and argument for the client, the cause for the log.

use async_graphql::{ErrorExtensionValues, Response, ServerError};

use crate::app::App;
use crate::clock::Clock;
use crate::error::Error;
use crate::metrics::Outcome;
use crate::random::Random;
use crate::request_log;

/// Type and code of the engine's own errors: the document or its values are invalid.
const UNKNOWN_TYPE: (&str, u16) = ("general_argument_invalid", 400);

/// Converts an error of the engine for the wire, and logs it if it is a server error.
///
/// Errors without a source are the engine's own: the document or its values are invalid.
pub fn to_wire_error(app: &App, error: ServerError) -> ServerError {
    // What the gate has found out about an error of the engine.
    let mut extensions = error.extensions.clone().unwrap_or_default();
    let mut message = error.message.clone();
    let cause = error.source::<Error>();
    let (kind, code) = cause.map_or(UNKNOWN_TYPE, Error::wire);
    app.metrics.errors.count([kind]);
    request_log::note_error(kind);
    extensions.set("type", kind);
    extensions.set("code", code);
    if let Some(cause) = cause {
        message = cause.to_string();
        describe(app, cause, &mut extensions);
    }
    let mut dressed = ServerError::new(message, None);
    dressed.locations = error.locations;
    dressed.path = error.path;
    dressed.extensions = Some(extensions);
    dressed
}

/// How an operation has ended, by the errors of its response.
pub fn outcome(response: &Response) -> Outcome {
    let is_ours = |error: &ServerError| {
        let cause = error.source::<Error>();
        cause.is_some_and(|cause| cause.wire().1 >= 500)
    };
    if response.errors.is_empty() {
        Outcome::Succeeded
    } else if response.errors.iter().any(is_ours) {
        Outcome::Failed
    } else {
        Outcome::Refused
    }
}

/// The type of the first error of a response, and how its operation has ended. None without errors.
pub fn failure(response: &Response) -> Option<(&'static str, Outcome)> {
    let error = response.errors.first()?;
    let (kind, _) = error.source::<Error>().map_or(UNKNOWN_TYPE, Error::wire);
    Some((kind, outcome(response)))
}

fn describe(app: &App, cause: &Error, extensions: &mut ErrorExtensionValues) {
    if let Some(argument) = cause.at_fault() {
        extensions.set("argument", argument);
    }
    if let Error::Internal(cause) = cause {
        extensions.set("id", log_fault(cause));
    }
    if let Some(wait) = cause.retry_after() {
        extensions.set("retryAfter", wait);
    }
    if let (true, Some(hint)) = (app.config.is_dev(), cause.hint()) {
        extensions.set("hint", hint);
    }
}

/// Logs a server error once, and returns its id.
pub fn log_fault(cause: &anyhow::Error) -> String {
    let id = Random::System.id(Clock::system().now());
    request_log::log_fault(&id, &format!("{cause:#}"));
    id
}
