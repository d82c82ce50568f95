//! Calls other servers: without redirects, with a time limit and a size limit (NW-7).

use std::io;
use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, redirect};

use crate::trace::{Call, TRACEPARENT};

mod link_local;

pub(crate) use link_local::{NoLinkLocal, is_link_local};

/// The most bytes read of a response.
const MAX_ANSWER: usize = 1024 * 1024;

/// A client that follows no redirects and times out after `timeouts`.
pub(crate) fn client(timeouts: Duration) -> anyhow::Result<Client> {
    builder(timeouts).build().context("no HTTP client can be made")
}

/// The same with additional settings.
pub(crate) fn builder(timeouts: Duration) -> ClientBuilder {
    // Installed only once for the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(timeouts)
        .user_agent(concat!("accountd/", env!("CARGO_PKG_VERSION")))
}

/// Sends a request, within the trace that it belongs to, if there is one.
pub(crate) async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
    if !Call::is_traced() {
        return request.send().await;
    }
    let (client, request) = request.build_split();
    let mut request = request?;
    let (method, url) = (request.method().as_str(), request.url());
    let host_and_port = (url.host_str().unwrap_or_default(), url.port_or_known_default());
    let mut call = Call::begin(method, host_and_port);
    call.set("http.request.method", method.to_owned());
    if let Some(header) = call.header() {
        request.headers_mut().insert(TRACEPARENT, header);
    }
    let sent = client.execute(request).await;
    match &sent {
        Ok(response) => {
            let status = response.status();
            call.set("http.response.status_code", i64::from(status.as_u16()));
            // Other errors of clients are often those of users, such as a code that has expired.
            if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                call.fail(status.as_str());
            }
        }
        Err(error) if error.is_timeout() => call.fail("timeout"),
        Err(error) if error.is_connect() => call.fail("connect"),
        Err(_) => call.fail("_OTHER"),
    }
    sent
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The call failed.
    #[error("the call failed")]
    Failed(#[source] reqwest::Error),
    /// The response has more than a megabyte.
    #[error("the answer is too long")]
    TooLong,
    /// The host is not allowed.
    #[error(
        "{0} is neither the issuer's host nor a public name with https: if it is right, list it in `hosts`"
    )]
    Elsewhere(String),
    /// The host has a private address.
    #[error("{0} has a private address: if it is right, list it in the provider's `hosts`")]
    Private(String),
    /// It can't be determined whether the host has a private address.
    #[error("{0} can't be looked up here: if it is right, list it in the provider's `hosts`")]
    Unresolved(String, #[source] io::Error),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        Self::Failed(error.without_url())
    }
}

/// Reads the body of a response.
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

/// Reads the first `limit` bytes of a body, as text.
pub(crate) async fn read_start(mut answer: Response, limit: usize) -> reqwest::Result<String> {
    let mut body = Vec::new();
    while body.len() < limit
        && let Some(chunk) = answer.chunk().await?
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(limit);
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// An error with its causes, in one line, without URLs, which may contain a secret.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        // Some errors say their cause themselves.
        if !text.ends_with(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = error.source();
    }
    text
}
