//! `GET /v1/ping`, which the official SDKs call by `client.ping()`.

use axum::extract::State;
use axum::http::request::Parts;

use super::client;
use super::failure::Failure;
use crate::account::for_sdks::PONG;
use crate::app::App;

/// Responds if the project exists.
pub(super) async fn get(State(app): State<App>, parts: Parts) -> Result<&'static str, Failure> {
    client::read(&app, &parts).await.map_err(Failure::Refused)?;
    Ok(PONG)
}
