//! OAuth providers: endpoints, calls, and parsing of responses. Knows no rows and no users.

use std::collections::HashMap;

use crate::config::Config;
use crate::error::{Error, Result};

mod answer;
mod apple;
mod discovery;
mod id_token;
pub(crate) mod jws;
mod keys;
mod metadata;
mod presets;
mod profile;
mod provider;
mod provider_http;
mod remembered;
mod tokens;

pub use answer::Unusable;
pub use id_token::{AppIdToken, Expected, IdToken, ProvenIdToken};
pub use keys::KeySet;
pub use metadata::Metadata;
pub use profile::Profile;
pub use provider::{AuthorizationParams, Finding, Grant, Presented, Provider};
pub use tokens::{ProviderTokens, TokenAnswer, TokenFailure};

/// The configured providers.
#[derive(Debug)]
pub struct Providers(HashMap<String, Provider>);

impl Providers {
    /// Prepares the providers. Nothing is called before the first sign-in.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        let Some(public_url) = &config.public_url else { return Ok(Self(HashMap::new())) };
        let providers = config.providers.0.iter();
        let providers = providers.map(|(id, settings)| {
            Provider::open(id, settings, public_url).map(|provider| (id.clone(), provider))
        });
        providers.collect::<anyhow::Result<_>>().map(Self)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.values()
    }

    /// The provider with this id.
    pub fn find(&self, id: &str) -> Result<&Provider> {
        self.0.get(id).ok_or(if presets::is_known(id) {
            Error::ProjectProviderDisabled
        } else {
            Error::ProjectProviderUnsupported
        })
    }
}
