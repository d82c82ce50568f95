//! Creates a provider from its configuration.

use anyhow::Context;
use entity::Timestamp;
use url::Url;

use super::{IdTokenRules, Provider};
use crate::config::providers::Provider as Settings;
use crate::config::{Secret, is_loopback};
use crate::oauth::apple::AppleSecret;
use crate::oauth::discovery::{ProviderMetadata, stand};
use crate::oauth::presets;
use crate::oauth::presets::{Endpoints, Preset};
use crate::oauth::provider_http::{ProviderHttpClient, host};

/// How the client authenticates.
pub(super) enum ClientAuthentication {
    Secret(Secret),
    Apple(AppleSecret),
}

impl Provider {
    /// Prepares a provider.
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
        let discovery = match endpoints {
            Some(endpoints) => ProviderMetadata::known(preset.issuer, endpoints, stand_in)
                .with_context(|| name("its endpoints are no URLs"))?,
            None => ProviderMetadata::of_issuer(&issuer),
        };
        let follows_metadata = endpoints.is_none() && stand_in.is_none();
        let hosts = hosts(settings, endpoints, &issuer).with_context(|| name("issuer"))?;
        let called = stand_in.cloned().or_else(|| Url::parse(&issuer).ok());
        // Only the provider `dev` of a server at a network address has a plain HTTP issuer elsewhere.
        let is_near = called.is_some_and(|url| is_loopback(&url) || url.scheme() == "http");
        let mut callback = public_url.clone();
        let path = format!(
            "{}/v1/account/sessions/oauth2/callback/{id}/",
            public_url.path().trim_end_matches('/')
        );
        callback.set_path(&path);
        Ok(Self {
            id: id.to_owned(),
            endpoints,
            client_id: settings.client_id.clone(),
            secret: ClientAuthentication::open(settings)
                .with_context(|| name("no client secret"))?,
            id_tokens: settings.id_tokens.then(|| IdTokenRules {
                native_client_ids: words(&settings.native_client_ids),
                nonce: preset.nonce,
            }),
            scopes: scopes(settings, preset, endpoints),
            parameters: parameters(settings, preset),
            needs_consent: preset.needs_consent && endpoints.is_none(),
            callback,
            http: ProviderHttpClient::new(hosts, follows_metadata, is_near)?,
            discovery,
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

    /// The client secret at `now`.
    pub(super) fn at(&self, now: Timestamp, issuer: &str) -> Secret {
        match self {
            Self::Secret(secret) => secret.clone(),
            Self::Apple(secret) => Secret::new(secret.sign(issuer, now)),
        }
    }
}

/// The scopes of every sign-in. OpenID Connect requires `openid`.
fn scopes(settings: &Settings, preset: &Preset, endpoints: Option<&Endpoints>) -> Vec<String> {
    let scopes = if settings.scopes.is_empty() { preset.scopes } else { &settings.scopes };
    let is_needed = endpoints.is_none() && !scopes.split_whitespace().any(|it| it == "openid");
    let needed = is_needed.then_some("openid");
    needed.into_iter().chain(scopes.split_whitespace()).map(str::to_owned).collect()
}

/// The words of a setting that has several.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Additional authorization parameters: from the preset, overridden by the configuration.
fn parameters(settings: &Settings, preset: &Preset) -> Vec<(String, String)> {
    let set = &settings.authorization_params;
    let kept = preset.parameters.iter().filter(|(name, _)| !set.contains_key(*name));
    let kept = kept.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    kept.chain(set.iter().map(|(name, value)| (name.clone(), value.clone()))).collect()
}

/// The configured hosts: they may be called whatever their addresses.
fn hosts(
    settings: &Settings,
    endpoints: Option<&Endpoints>,
    issuer: &str,
) -> anyhow::Result<Vec<String>> {
    if let Some(stand_in) = &settings.stand_in {
        return Ok(vec![host(stand_in)]);
    }
    let with_port =
        |name: &str| if name.contains(':') { name.to_owned() } else { format!("{name}:443") };
    let mut hosts: Vec<String> = settings.hosts.split_whitespace().map(with_port).collect();
    let urls =
        endpoints.map(|it| [Some(it.authorization), Some(it.token), Some(it.profile), it.emails]);
    for url in urls.into_iter().flatten().flatten().chain([issuer]) {
        hosts.push(host(&Url::parse(url).with_context(|| format!("{url} is not a URL"))?));
    }
    Ok(hosts)
}
