//! Calling other servers: only the one that is named, not for long, and not reading without end (NW-7).

use std::io;
use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, ClientBuilder, Response, redirect};

/// The most that is read of an answer, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// A client that follows no redirect and gives up after `patience`.
pub(crate) fn client(patience: Duration) -> anyhow::Result<Client> {
    builder(patience).build().context("no HTTP client can be made")
}

/// Makes such a client after some more settings.
pub(crate) fn builder(patience: Duration) -> ClientBuilder {
    // Whoever came first has installed the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(patience)
        .user_agent(concat!("accountd/", env!("CARGO_PKG_VERSION")))
}

/// Why an answer was not had.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The call itself failed.
    #[error("the call failed")]
    Failed(#[source] reqwest::Error),
    /// The answer has more than a megabyte.
    #[error("the answer is too long")]
    TooLong,
    /// The call would have gone to a host that nobody has admitted.
    #[error(
        "{0} is neither the issuer's host nor a public name with https: if it is right, list it in `hosts`"
    )]
    Elsewhere(String),
    /// The call would have gone into a private network.
    #[error("{0} has a private address: if it is right, list it in the provider's `hosts`")]
    Private(String),
    /// Nobody knows whether the call would go into a private network.
    #[error("{0} can't be looked up here: if it is right, list it in the provider's `hosts`")]
    Unresolved(String, #[source] io::Error),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        Self::Failed(error.without_url())
    }
}

/// Reads the body of an answer.
pub(crate) async fn read(mut answer: Response) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
            return Err(HttpError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error with its causes, in one line. URLs stay out: they may hold a secret.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
