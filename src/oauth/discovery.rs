//! Where a provider's endpoints are, and its keys: told by its metadata, or known.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use entity::Timestamp;
use openidconnect::AuthUrl;
use openidconnect::IssuerUrl;
use openidconnect::JsonWebKeySetUrl;
use openidconnect::TokenUrl;
use openidconnect::core::CoreProviderMetadata;
use url::Url;

use super::gateway::Gateway;
use super::presets::Endpoints;
use crate::outgoing::causes;

/// For how long metadata and keys are believed.
pub(super) const USUALLY: Duration = Duration::from_hours(1);
/// For how long they are believed where a signature fits none of the keys.
pub(super) const IN_DOUBT: Duration = Duration::from_mins(1);

/// The metadata of an issuer.
#[derive(Debug)]
pub(super) struct Directory {
    issuer: IssuerUrl,
    found: Mutex<Option<(Timestamp, Arc<CoreProviderMetadata>)>>,
    /// Known ones stay.
    known: Option<Arc<CoreProviderMetadata>>,
}

impl Directory {
    /// The directory of an issuer that publishes its metadata.
    pub(super) fn of_issuer(issuer: &str) -> anyhow::Result<Self> {
        Ok(Self {
            issuer: IssuerUrl::new(issuer.to_owned())?,
            found: Mutex::default(),
            known: None,
        })
    }

    /// The directory of a provider whose endpoints are known.
    pub(super) fn known(
        issuer: &str,
        endpoints: &Endpoints,
        stand_in: Option<&Url>,
    ) -> anyhow::Result<Self> {
        let issuer = IssuerUrl::new(issuer.to_owned())?;
        let metadata = CoreProviderMetadata::new(
            issuer.clone(),
            AuthUrl::new(stand(endpoints.authorization, stand_in))?,
            // It has no keys, since it signs nothing.
            JsonWebKeySetUrl::new(issuer.to_string())?,
            Vec::new(),
            Vec::new(),
            Vec::new(),
            openidconnect::EmptyAdditionalProviderMetadata {},
        )
        .set_token_endpoint(Some(TokenUrl::new(stand(endpoints.token, stand_in))?));
        Ok(Self { issuer, found: Mutex::default(), known: Some(Arc::new(metadata)) })
    }

    /// Who vouches for the provider's users.
    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// The metadata, fetched anew if what is there is older than `oldest`.
    pub(super) async fn metadata(
        &self,
        gateway: &Gateway,
        now: Timestamp,
        oldest: Duration,
    ) -> Result<Arc<CoreProviderMetadata>, String> {
        if let Some(known) = &self.known {
            return Ok(Arc::clone(known));
        }
        if let Some((fetched_at, metadata)) = &*self.found()
            && now.since(*fetched_at) < oldest
        {
            return Ok(Arc::clone(metadata));
        }
        let fetched = CoreProviderMetadata::discover_async(self.issuer.clone(), gateway).await;
        let metadata = Arc::new(fetched.map_err(|error| causes(&error))?);
        *self.found() = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, Arc<CoreProviderMetadata>)>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
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
