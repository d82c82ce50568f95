//! The identity providers: who they are, and what is asked of them. Nothing here knows of rows or users.

use std::collections::HashMap;

use crate::config::Config;
use crate::error::Error;
use crate::error::Result;

mod apple;
mod discovery;
mod gateway;
mod presets;
mod profile;
mod provider;
mod tokens;

pub use profile::Profile;
pub use provider::Asked;
pub use provider::Grant;
pub use provider::Presented;
pub use provider::Provider;
pub use tokens::ProviderTokens;

/// The providers that the configuration names.
#[derive(Debug)]
pub struct Providers(HashMap<String, Provider>);

impl Providers {
    /// Makes ready to call the providers. Nothing is called before somebody signs in.
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

    /// The provider with the id.
    pub fn find(&self, id: &str) -> Result<&Provider> {
        self.0.get(id).ok_or(if presets::is_known(id) {
            Error::ProjectProviderDisabled
        } else {
            Error::ProjectProviderUnsupported
        })
    }
}
