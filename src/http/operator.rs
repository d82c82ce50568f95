//! The requests of the operator, who calls the server through its socket and without a key.
//!
//! The command line sends the same requests to a handler of its own while no server runs.

use axum::extract::Request;
use axum::response::Response;

use super::handler::Handler;

#[cfg(unix)]
pub mod socket;
#[cfg(not(unix))]
#[path = "operator/no_socket.rs"]
pub mod socket;

/// The largest body of the operator, in bytes: imports come in large batches.
pub(super) const BODY_BYTES: usize = 1024 * 1024;

/// Marks a request of the operator. It is an extension, so no client can send it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operator;

/// Answers a request of the operator.
pub async fn answer(handler: &Handler, mut request: Request) -> Response {
    request.extensions_mut().insert(Operator);
    handler.answer(request).await
}
