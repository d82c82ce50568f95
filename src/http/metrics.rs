//! `/metrics`: on a port of its own, if `metrics.listen` names one; under `accountd dev` also beside the other routes.

use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::endpoint::Endpoint;
use super::failure::Failure;
use super::media_type::prefers_open_metrics;
use crate::auth::credentials::bearer_token;
use crate::crypto::sha256_hex;

mod accounts;
mod database;
mod family;
mod process;
mod requests;

use family::{Families, Format};

/// The route of the metrics.
pub(super) fn router() -> Router<Endpoint> {
    Router::new().route("/metrics", get(answer))
}

/// Returns the metrics to a client with `metrics.token`, if one is configured.
async fn answer(State(endpoint): State<Endpoint>, headers: HeaderMap) -> Result<Response, Failure> {
    let token = &endpoint.app.config.metrics.token;
    if token.as_ref().is_some_and(|token| !shows(&headers, token.expose())) {
        let challenge = [(WWW_AUTHENTICATE, "Bearer")];
        return Ok(
            (StatusCode::UNAUTHORIZED, challenge, "metrics.token is needed\n").into_response()
        );
    }
    let format = if prefers_open_metrics(&headers) { Format::OpenMetrics } else { Format::Plain };
    let text = read(&endpoint).await.into_text(format)?;
    let headers =
        [(CONTENT_TYPE, format.content_type()), (CACHE_CONTROL, "no-store"), (VARY, "accept")];
    Ok((headers, text).into_response())
}

/// Reads all metrics.
async fn read(endpoint: &Endpoint) -> Families {
    let app = &endpoint.app;
    let parts = [
        requests::read(endpoint),
        accounts::read(app).await,
        database::read(endpoint),
        process::read(app),
    ];
    Families(parts.into_iter().flatten().collect())
}

/// Whether a request has the token.
fn shows(headers: &HeaderMap, token: &str) -> bool {
    let presented = headers.get(AUTHORIZATION).and_then(bearer_token);
    // Compares hashes, so that the time reveals nothing.
    presented
        .is_some_and(|presented| sha256_hex(presented.as_bytes()) == sha256_hex(token.as_bytes()))
}
