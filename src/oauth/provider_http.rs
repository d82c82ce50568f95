//! Calls a provider: only its own hosts, over HTTPS, with a time limit (NW-7).

use std::time::Duration;

use anyhow::Context;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use url::{Host, Url, form_urlencoded};

use self::resolver::Resolver;
use crate::config::is_safe;
use crate::http_client;
use crate::http_client::HttpError;

mod resolver;

/// How long a provider may take to respond.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The HTTP client for one provider.
#[derive(Debug)]
pub(super) struct ProviderHttpClient {
    http: Client,
    /// The configured hosts, with their ports.
    hosts: Vec<String>,
    /// Whether public hosts from the discovery document are called, too.
    follows_metadata: bool,
    /// Whether the provider is on this machine.
    is_near: bool,
    resolver: Resolver,
}

/// A provider's response.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl ProviderHttpClient {
    /// A client for `hosts`. A provider on this machine is called by plain HTTP, and without the
    /// environment's proxy.
    pub(super) fn new(
        hosts: Vec<String>,
        follows_metadata: bool,
        is_near: bool,
    ) -> anyhow::Result<Self> {
        let resolver = Resolver::default();
        let builder = http_client::builder(TIMEOUT).dns_resolver(resolver.clone());
        let builder = if is_near { builder.no_proxy() } else { builder };
        let http = builder.build().context("no HTTP client can be made")?;
        Ok(Self { http, hosts, follows_metadata, is_near, resolver })
    }

    /// Checks that `url` belongs to the provider.
    ///
    /// A host that only the discovery document names must have a public name and public addresses: the
    /// document must not send calls into the server's own network.
    pub(super) fn check_host(&self, url: &Url) -> Result<(), HttpError> {
        let host = host(url);
        if (is_safe(url) || self.is_near) && self.hosts.contains(&host) {
            return Ok(());
        }
        match url.host() {
            Some(Host::Domain(name))
                if self.follows_metadata && url.scheme() == "https" && name != "localhost" =>
            {
                if !self.hosts.iter().any(|known| known.starts_with(&format!("{name}:"))) {
                    self.resolver.demand_public(name);
                }
                Ok(())
            }
            _ => Err(HttpError::Elsewhere(host)),
        }
    }

    /// Checks that `url` belongs to the provider, and that its addresses are public if required. The call
    /// looks them up again, unless a proxy does.
    async fn check_addresses(&self, url: &Url) -> Result<(), HttpError> {
        self.check_host(url)?;
        match url.domain() {
            Some(name) => self.resolver.check(name).await,
            None => Ok(()),
        }
    }

    /// Fetches from the provider, with `token` as bearer token.
    pub(super) async fn get(&self, url: &Url, token: Option<&str>) -> Result<Reply, HttpError> {
        self.check_addresses(url).await?;
        let request = self.http.get(url.clone());
        self.send(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
        .await
    }

    /// Posts a form to the provider, with client id and secret in a header if it wants that.
    pub(super) async fn post(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<Reply, HttpError> {
        self.check_addresses(url).await?;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(url.clone()).body(body);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        // RFC 6749 2.3.1: both are encoded, then joined by a colon.
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        self.send(match basic {
            Some((id, secret)) => request.basic_auth(encode(id), Some(encode(secret))),
            None => request,
        })
        .await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Reply, HttpError> {
        let answer = http_client::send(request.header(ACCEPT, "application/json")).await?;
        let status = answer.status().as_u16();
        Ok(Reply { status, body: http_client::read(answer).await? })
    }
}

/// Host and port of a URL; the scheme's port if it has none.
pub(super) fn host(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(http: &ProviderHttpClient, url: &str) -> bool {
        http.check_host(&url.parse().unwrap()).is_ok()
    }

    /// C-23, NW-7: public hosts that the discovery document names are called, and nothing else is.
    #[test]
    fn public_hosts_of_the_metadata_belong_to_the_provider() {
        let hosts = ["login.example.com:443", "10.0.0.7:443", "127.0.0.1:9000"];
        let hosts = hosts.map(str::to_owned).to_vec();
        let http = ProviderHttpClient::new(hosts.clone(), true, false).unwrap();

        for url in [
            "https://login.example.com/keys",
            "https://graph.example.net/userinfo",
            "https://graph.example.net:8443/userinfo",
            "https://10.0.0.7/token",
            "http://127.0.0.1:9000/token",
        ] {
            assert!(is_allowed(&http, url), "{url}");
        }
        for url in [
            "http://login.example.com/keys",
            "http://graph.example.net/userinfo",
            "https://localhost/userinfo",
            "https://10.0.0.8/token",
            "https://8.8.8.8/token",
            "https://[::1]/token",
            "https://2130706433/token",
            "http://127.0.0.1:9001/token",
        ] {
            assert!(!is_allowed(&http, url), "{url}");
        }
        let known = ProviderHttpClient::new(hosts, false, false).unwrap();
        assert!(!is_allowed(&known, "https://graph.example.net/userinfo"));
    }

    /// C-23, NW-7: a name that leads into a private network is not called, unless the settings list it.
    #[tokio::test]
    async fn a_name_with_a_private_address_is_not_called() {
        let http =
            ProviderHttpClient::new(vec!["here.localhost:443".to_owned()], true, false).unwrap();

        for (url, is_private) in
            [("https://there.localhost:1/", true), ("https://here.localhost:1/", false)]
        {
            let error = http.get(&url.parse().unwrap(), None).await.err().unwrap();

            // Refused before anything is sent, with or without a proxy. Some machines can't resolve names
            // below `localhost`.
            match error {
                HttpError::Private(_) | HttpError::Unresolved(..) => assert!(is_private, "{url}"),
                error => assert!(!is_private, "{url}: {error}"),
            }
        }
    }
}
