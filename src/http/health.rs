//! Health: whether the process runs, and whether it can serve.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// Says that the process runs.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// Says whether requests can be served: the database answers, and the server isn't draining.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match app.db.check().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) if app.db.is_full() => (StatusCode::SERVICE_UNAVAILABLE, "the disk is full\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
