//! Finds a provider's endpoints and keys: published by the issuer, or known beforehand.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use entity::Timestamp;
use url::Url;

use super::gateway::Gateway;
use super::keys::KeySet;
use super::metadata::Metadata;
use super::presets::Endpoints;
use crate::outgoing::causes;

/// For how long metadata and keys are believed.
pub(super) const USUALLY: Duration = Duration::from_hours(1);
/// For how long keys are believed where a signature fits none of them.
pub(super) const IN_DOUBT: Duration = Duration::from_mins(1);

/// What an issuer publishes.
#[derive(Debug)]
pub(super) struct Directory {
    issuer: String,
    metadata: Remembered<Metadata>,
    keys: Remembered<KeySet>,
    /// Known endpoints stay.
    known: Option<Arc<Metadata>>,
}

impl Directory {
    /// The directory of an issuer that publishes its metadata.
    pub(super) fn of_issuer(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            metadata: Remembered::default(),
            keys: Remembered::default(),
            known: None,
        }
    }

    /// The directory of a provider whose endpoints are known.
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

    /// Who vouches for the provider's users.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the issuer publishes its metadata.
    pub(super) fn url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))
    }

    /// The metadata, not older than an hour.
    pub(super) async fn metadata(
        &self,
        gateway: &Gateway,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, String> {
        if let Some(known) = &self.known {
            return Ok(Arc::clone(known));
        }
        if let Some(metadata) = self.metadata.get(now, USUALLY) {
            return Ok(metadata);
        }
        let body = fetch(gateway, "discovery document", &self.url()).await?;
        let metadata = Metadata::read(&self.issuer, &body).map_err(|error| error.to_string())?;
        Ok(self.metadata.keep(now, metadata))
    }

    /// The keys, fetched anew if those that are there are older than `oldest`.
    pub(super) async fn keys(
        &self,
        gateway: &Gateway,
        now: Timestamp,
        oldest: Duration,
    ) -> Result<Arc<KeySet>, String> {
        if let Some(keys) = self.keys.get(now, oldest) {
            return Ok(keys);
        }
        let metadata = self.metadata(gateway, now).await?;
        let url = metadata.keys.as_ref().map_or("", Url::as_str);
        let body = fetch(gateway, "keys", url).await?;
        let keys = KeySet::read(&body).map_err(|error| error.to_string())?;
        Ok(self.keys.keep(now, keys))
    }
}

/// Reads what an issuer publishes.
async fn fetch(gateway: &Gateway, place: &str, url: &str) -> Result<Vec<u8>, String> {
    let at = Url::parse(url).map_err(|error| format!("{place}: {url} is no URL: {error}"))?;
    let reply = gateway.get(&at, None).await;
    let reply = reply.map_err(|error| format!("{place} ({url}): {}", causes(&error)))?;
    if !reply.is_success() {
        return Err(format!("{place} ({url}): the status is {}, expected 200", reply.status));
    }
    Ok(reply.body)
}

/// Something that was fetched, and when.
#[derive(Debug)]
struct Remembered<T>(Mutex<Option<(Timestamp, Arc<T>)>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Remembered<T> {
    fn get(&self, now: Timestamp, oldest: Duration) -> Option<Arc<T>> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (fetched_at, found) = found.as_ref()?;
        (now.since(*fetched_at) < oldest).then(|| Arc::clone(found))
    }

    fn keep(&self, now: Timestamp, found: T) -> Arc<T> {
        let found = Arc::new(found);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((now, Arc::clone(&found)));
        found
    }
}

/// `url`, at the stand-in where there is one.
pub(super) fn stand(url: &str, stand_in: Option<&Url>) -> String {
    match (stand_in, Url::parse(url)) {
        (Some(stand_in), Ok(url)) => {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{}{}{query}", stand_in.origin().ascii_serialization(), url.path())
        }
        _ => url.to_owned(),
    }
}
