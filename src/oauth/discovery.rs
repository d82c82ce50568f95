//! Finds a provider's endpoints and keys: from the issuer, or built in.

use std::sync::Arc;

use entity::Timestamp;
use url::Url;

use super::keys::KeySet;
use super::metadata::Metadata;
use super::presets::Endpoints;
use super::provider_http::ProviderHttpClient;
use super::remembered::{Age, Remembered};
use crate::http_client::causes;

/// An issuer's metadata and keys.
#[derive(Debug)]
pub(super) struct ProviderMetadata {
    issuer: String,
    metadata: Remembered<Metadata>,
    keys: Remembered<KeySet>,
    /// Built-in endpoints don't change.
    known: Option<Arc<Metadata>>,
}

impl ProviderMetadata {
    /// For an issuer that publishes its metadata.
    pub(super) fn of_issuer(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            metadata: Remembered::default(),
            keys: Remembered::default(),
            known: None,
        }
    }

    /// For a provider with built-in endpoints.
    pub(super) fn known(
        issuer: &str,
        endpoints: &Endpoints,
        stand_in: Option<&Url>,
    ) -> anyhow::Result<Self> {
        let metadata = Metadata {
            authorization: Url::parse(&stand(endpoints.authorization, stand_in))?,
            token: Url::parse(&stand(endpoints.token, stand_in))?,
            keys: None,
            userinfo: None,
            takes_basic: false,
        };
        Ok(Self { known: Some(Arc::new(metadata)), ..Self::of_issuer(issuer) })
    }

    /// The issuer of the provider's identities.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The URL of the metadata.
    pub(super) fn url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))
    }

    /// The metadata.
    pub(super) async fn metadata(
        &self,
        http: &ProviderHttpClient,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, String> {
        if let Some(known) = &self.known {
            return Ok(Arc::clone(known));
        }
        let url = self.url();
        let fetch = async || fetch(http, "discovery document", &url).await;
        let read = |body: &[u8]| Metadata::read(&self.issuer, body);
        self.metadata.get(now, Age::Usual, fetch, read).await
    }

    /// The keys, fetched again if they are older than `age` allows.
    pub(super) async fn keys(
        &self,
        http: &ProviderHttpClient,
        now: Timestamp,
        age: Age,
    ) -> Result<Arc<KeySet>, String> {
        let fetch = async || {
            let metadata = self.metadata(http, now).await?;
            fetch(http, "keys", metadata.keys.as_ref().map_or("", Url::as_str)).await
        };
        self.keys.get(now, age, fetch, KeySet::read).await
    }
}

/// Fetches metadata or keys.
async fn fetch(http: &ProviderHttpClient, subject: &str, url: &str) -> Result<Vec<u8>, String> {
    let at = Url::parse(url).map_err(|error| format!("{subject}: {url} is no URL: {error}"))?;
    let reply = http.get(&at, None).await;
    let reply = reply.map_err(|error| format!("{subject} ({url}): {}", causes(&error)))?;
    if !reply.is_success() {
        return Err(format!("{subject} ({url}): the status is {}, expected 200", reply.status));
    }
    Ok(reply.body)
}

/// `url`, or the stand-in for it.
pub(super) fn stand(url: &str, stand_in: Option<&Url>) -> String {
    match (stand_in, Url::parse(url)) {
        (Some(stand_in), Ok(url)) => {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{}{}{query}", stand_in.origin().ascii_serialization(), url.path())
        }
        _ => url.to_owned(),
    }
}
