//! Making a provider of its settings.

use anyhow::Context;
use entity::Timestamp;
use openidconnect::ClientId;
use openidconnect::ClientSecret;
use openidconnect::Scope;
use url::Url;

use super::Provider;
use crate::config::Secret;
use crate::config::providers::Provider as Settings;
use crate::oauth::apple::AppleSecret;
use crate::oauth::discovery::Directory;
use crate::oauth::discovery::stand;
use crate::oauth::gateway::Gateway;
use crate::oauth::gateway::host;
use crate::oauth::presets;
use crate::oauth::presets::Endpoints;
use crate::oauth::presets::Preset;

/// How the server shows who it is.
pub(super) enum ClientAuthentication {
    Secret(Secret),
    Apple(AppleSecret),
}

impl Provider {
    /// Makes ready to call a provider.
    pub(in crate::oauth) fn open(
        id: &str,
        settings: &Settings,
        public_url: &Url,
    ) -> anyhow::Result<Self> {
        let name = |what: &str| format!("providers.{id}: {what}");
        let kind = settings.kind.with_context(|| name("kind is missing"))?;
        let preset = presets::of(kind);
        let endpoints = preset.endpoints.as_ref().filter(|_| settings.issuer.is_empty());
        let stand_in = settings.stand_in.as_ref();
        let issuer = match settings.issuer.as_str() {
            "" => stand(preset.issuer, stand_in).trim_end_matches('/').to_owned(),
            issuer => issuer.to_owned(),
        };
        let directory = match endpoints {
            Some(endpoints) => Directory::known(preset.issuer, endpoints, stand_in),
            None => Directory::of_issuer(&issuer),
        };
        let scopes = if settings.scopes.is_empty() { preset.scopes } else { &settings.scopes };
        let mut callback = public_url.clone();
        let path = format!(
            "{}/v1/account/sessions/oauth2/callback/{id}/",
            public_url.path().trim_end_matches('/')
        );
        callback.set_path(&path);
        Ok(Self {
            id: id.to_owned(),
            preset,
            endpoints,
            client_id: ClientId::new(settings.client_id.clone()),
            secret: ClientAuthentication::open(settings)
                .with_context(|| name("no client secret"))?,
            scopes: scopes
                .split_whitespace()
                // The client asks every issuer for this one by itself.
                .filter(|scope| endpoints.is_some() || *scope != "openid")
                .map(|scope| Scope::new(scope.to_owned()))
                .collect(),
            callback,
            gateway: Gateway::new(hosts(settings, preset, endpoints, &issuer)?)?,
            directory: directory.with_context(|| name("issuer is not a URL"))?,
            stand_in: settings.stand_in.clone(),
        })
    }
}

impl ClientAuthentication {
    fn open(settings: &Settings) -> anyhow::Result<Self> {
        match (&settings.client_secret, &settings.private_key) {
            (Some(secret), _) => Ok(Self::Secret(secret.clone())),
            (None, Some(key)) => AppleSecret::open(settings, key.expose()).map(Self::Apple),
            (None, None) => anyhow::bail!("client_secret is missing"),
        }
    }

    /// What is shown at `now`.
    pub(super) fn at(&self, now: Timestamp, issuer: &str) -> ClientSecret {
        ClientSecret::new(match self {
            Self::Secret(secret) => secret.expose().to_owned(),
            Self::Apple(secret) => secret.sign(issuer, now),
        })
    }
}

/// The hosts that a provider may be called at.
fn hosts(
    settings: &Settings,
    preset: &Preset,
    endpoints: Option<&Endpoints>,
    issuer: &str,
) -> anyhow::Result<Vec<String>> {
    if let Some(stand_in) = &settings.stand_in {
        return Ok(vec![host(stand_in)]);
    }
    let named = preset.hosts.iter().copied().chain(settings.hosts.split_whitespace());
    let mut hosts: Vec<String> = named.map(|name| format!("{name}:443")).collect();
    let urls =
        endpoints.map(|it| [Some(it.authorization), Some(it.token), Some(it.profile), it.emails]);
    for url in urls.into_iter().flatten().flatten().chain([issuer]) {
        hosts.push(host(&Url::parse(url)?));
    }
    Ok(hosts)
}
