//! `/metrics`: for clients with `metrics.token`; under `accountd dev` for everyone.

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::failure::{Failure, route_not_found};
use crate::app::App;
use crate::auth::credentials::bearer_token;
use crate::crypto::sha256_hex;
use crate::metrics;

/// Returns the metrics. Without a token in the configuration, `serve` has no such page.
pub(super) async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    match &app.config.metrics.token {
        None if !app.config.is_dev() => return Ok(route_not_found().await),
        Some(token) if !shows(&headers, token.expose()) => {
            let challenge = [(WWW_AUTHENTICATE, "Bearer")];
            return Ok(
                (StatusCode::UNAUTHORIZED, challenge, "metrics.token is needed\n").into_response()
            );
        }
        _ => {}
    }
    Ok(([(CONTENT_TYPE, metrics::CONTENT_TYPE)], app.metrics.to_text()?).into_response())
}

/// Whether a request has the token.
fn shows(headers: &HeaderMap, token: &str) -> bool {
    let presented = headers.get(AUTHORIZATION).and_then(bearer_token);
    // Compares hashes, so that the time reveals nothing.
    presented
        .is_some_and(|presented| sha256_hex(presented.as_bytes()) == sha256_hex(token.as_bytes()))
}
