//! Health: `/health/live` and `/health/ready`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// The process runs.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// Whether requests can be served: the database responds, its disk has room, and the server isn't draining.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let checked = async {
        app.db.check().await?;
        app.limiter.check().await
    };
    match checked.await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) if app.db.is_full() || app.limiter.is_full() => {
            (StatusCode::SERVICE_UNAVAILABLE, "the disk is full\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
