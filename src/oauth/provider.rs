//! One provider: authorization, and the exchange of codes and tokens.

use std::fmt;
use std::fmt::Display;
use std::sync::Arc;

use entity::{ProjectId, Timestamp};
use url::Url;

use super::discovery::ProviderMetadata;
use super::id_token::NonceRule;
use super::metadata::Metadata;
use super::presets::Endpoints;
use super::profile::Profile;
use super::provider_http::ProviderHttpClient;
use super::tokens::{ProviderTokens, TokenAnswer, TokenFailure};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http_client::causes;

mod authorize;
mod examine;
mod identify;
mod open;

pub use examine::Finding;
use open::ClientAuthentication;

/// A provider, ready to be called.
pub struct Provider {
    id: String,
    /// The built-in endpoints, if it doesn't use its metadata.
    endpoints: Option<&'static Endpoints>,
    client_id: String,
    secret: ClientAuthentication,
    /// The rules for ID tokens that apps present; none if they may not.
    id_tokens: Option<IdTokenRules>,
    scopes: Vec<String>,
    /// Additional parameters for the authorization endpoint.
    parameters: Vec<(String, String)>,
    /// Whether `offline_access` needs the user's consent each time.
    needs_consent: bool,
    /// The callback URL, without the project.
    callback: Url,
    http: ProviderHttpClient,
    discovery: ProviderMetadata,
    stand_in: Option<Url>,
}

/// The rules for ID tokens that apps present.
struct IdTokenRules {
    /// The client ids of apps, besides that of the server.
    native_client_ids: Vec<String>,
    nonce: NonceRule,
}

/// The parameters of an authorization request.
pub struct AuthorizationParams<'a> {
    /// The project.
    pub project: &'a ProjectId,
    /// The state, which comes back with the user.
    pub state: &'a str,
    /// The nonce, which comes back in the ID token.
    pub nonce: &'a str,
    /// The PKCE code verifier; only its hash is sent.
    pub verifier: &'a str,
    /// Additional scopes.
    pub scopes: &'a [String],
}

/// The parameters of a code exchange.
pub struct Presented<'a> {
    /// The project.
    pub project: &'a ProjectId,
    /// The authorization code.
    pub code: &'a str,
    /// The nonce that the ID token must have.
    pub nonce: &'a str,
    /// The PKCE code verifier.
    pub verifier: &'a str,
}

/// The result of a code exchange: the account and its tokens.
pub struct Grant {
    /// The provider account.
    pub profile: Profile,
    /// The tokens.
    pub tokens: ProviderTokens,
}

impl Provider {
    /// Its id in sessions and identities.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The issuer of its identities.
    pub fn issuer(&self) -> &str {
        self.discovery.issuer()
    }

    /// Whether a callback that names `issuer` can be from this provider. One without metadata may use any
    /// name.
    pub fn may_be(&self, issuer: &str) -> bool {
        self.endpoints.is_some() || issuer == self.issuer()
    }

    /// Exchanges a code for tokens, and finds out whose they are.
    pub async fn exchange(&self, presented: &Presented<'_>, clock: &Clock) -> Result<Grant> {
        let redirect = self.redirect(presented.project);
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", presented.code),
            ("redirect_uri", redirect.as_str()),
        ];
        if self.takes_verifier() {
            form.push(("code_verifier", presented.verifier));
        }
        let answer = self.request_tokens(form, clock.now()).await?;
        // Read again: the call may have taken a while.
        let now = clock.now();
        let profile = match self.endpoints {
            Some(endpoints) => self.fetch_profile(endpoints, &answer).await?,
            None => self.identify(&answer, presented.nonce, now).await?,
        };
        Ok(Grant { profile, tokens: ProviderTokens::of(&answer, now) })
    }

    /// Renews tokens. Without a new refresh token, the old one is kept.
    pub async fn renew(&self, tokens: &ProviderTokens, now: Timestamp) -> Result<ProviderTokens> {
        let form =
            vec![("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token.as_str())];
        let answer = self.request_tokens(form, now).await?;
        let mut renewed = ProviderTokens::of(&answer, now);
        if renewed.refresh_token.is_empty() {
            renewed.refresh_token.clone_from(&tokens.refresh_token);
        }
        Ok(ProviderTokens { renewed_at: Some(now), ..renewed })
    }

    async fn request_tokens(&self, form: Vec<(&str, &str)>, now: Timestamp) -> Result<TokenAnswer> {
        let metadata = self.metadata(now).await?;
        let answer = self.post_to_token_endpoint(&metadata, form, now).await;
        let answer = answer.map_err(|cause| self.failed(&format!("token endpoint: {cause}")))?;
        answer.map_err(|failure| self.failed(&failure))
    }

    /// Posts to the token endpoint. Fails at once if there is no response.
    async fn post_to_token_endpoint(
        &self,
        metadata: &Metadata,
        form: Vec<(&str, &str)>,
        now: Timestamp,
    ) -> Result<Result<TokenAnswer, TokenFailure>, String> {
        let mut form: Vec<(&str, &str)> = form;
        let secret = self.secret.at(now, self.issuer());
        let pair = (self.client_id.as_str(), secret.expose());
        let basic = metadata.takes_basic.then_some(pair);
        if basic.is_none() {
            form.extend([("client_id", pair.0), ("client_secret", pair.1)]);
        }
        let reply = self.http.post(&metadata.token, &form, basic).await;
        let reply = reply.map_err(|error| causes(&error))?;
        Ok(TokenAnswer::read(reply.status, &reply.body))
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>> {
        let metadata = self.discovery.metadata(&self.http, now).await;
        metadata.map_err(|cause| self.failed(&cause))
    }

    fn takes_verifier(&self) -> bool {
        self.endpoints.is_none_or(|endpoints| endpoints.pkce)
    }

    fn redirect(&self, project: &ProjectId) -> Url {
        self.callback.join(project.as_str()).unwrap_or_else(|_| self.callback.clone())
    }

    /// Logs the reason, and returns the error for the client.
    fn failed(&self, cause: &(impl Display + ?Sized)) -> Error {
        tracing::warn!(provider = self.id, "a provider failed: {cause}");
        Error::UserOauth2ProviderError
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("id", &self.id).finish_non_exhaustive()
    }
}
