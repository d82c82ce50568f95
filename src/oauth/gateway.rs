//! The one door to a provider: only the hosts that are configured for it, by HTTPS (security.md NW-7).

use std::pin::Pin;
use std::time::Duration;

use openidconnect::AsyncHttpClient;
use openidconnect::HttpRequest;
use openidconnect::HttpResponse;
use openidconnect::http;
use reqwest::Client;
use url::Url;

use crate::config::is_safe;
use crate::outgoing;
use crate::outgoing::Unanswered;

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Calls one provider.
#[derive(Debug)]
pub(super) struct Gateway {
    http: Client,
    /// The hosts that may be called, with their ports.
    hosts: Vec<String>,
}

impl Gateway {
    pub(super) fn new(hosts: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        Ok(Self { http: outgoing::client(PATIENCE)?, hosts: hosts.into_iter().collect() })
    }

    /// Makes sure that `url` leads to the provider.
    pub(super) fn admit(&self, url: &Url) -> Result<(), Unanswered> {
        let host = host(url);
        if is_safe(url) && self.hosts.contains(&host) {
            Ok(())
        } else {
            Err(Unanswered::Elsewhere(host))
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let request = reqwest::Request::try_from(request)?;
        self.admit(request.url())?;
        let answer = self.http.execute(request).await?;
        let mut response = http::Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = outgoing::read(answer).await?;
        Ok(response)
    }
}

/// Host and port of a URL, the port also where it is the scheme's own.
pub(super) fn host(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

impl<'c> AsyncHttpClient<'c> for Gateway {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
