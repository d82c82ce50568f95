//! One provider: where it sends users to, and what it answers to their code.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Display;
use std::time::Duration;

use entity::ProjectId;
use entity::Timestamp;
use openidconnect::AuthType;
use openidconnect::AuthorizationCode;
use openidconnect::ClientId;
use openidconnect::CsrfToken;
use openidconnect::EndpointMaybeSet;
use openidconnect::EndpointNotSet;
use openidconnect::EndpointSet;
use openidconnect::Nonce;
use openidconnect::OAuth2TokenResponse;
use openidconnect::PkceCodeChallenge;
use openidconnect::PkceCodeVerifier;
use openidconnect::RedirectUrl;
use openidconnect::RefreshToken;
use openidconnect::RequestTokenError;
use openidconnect::Scope;
use openidconnect::StandardErrorResponse;
use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::core::CoreClient;
use openidconnect::core::CoreClientAuthMethod;
use openidconnect::core::CoreErrorResponseType;
use url::Url;

use super::discovery::Directory;
use super::discovery::USUALLY;
use super::gateway::Gateway;
use super::presets::Endpoints;
use super::presets::Preset;
use super::profile::Profile;
use super::tokens::ProviderTokens;
use crate::error::Error;
use crate::error::Result;
use crate::outgoing::Unanswered;
use crate::outgoing::causes;

mod identify;
mod open;

use open::ClientAuthentication;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
type Refusal = RequestTokenError<Unanswered, StandardErrorResponse<CoreErrorResponseType>>;

/// A provider, with what is needed to call it.
pub struct Provider {
    id: String,
    preset: &'static Preset,
    /// Where it is not asked by its metadata.
    endpoints: Option<&'static Endpoints>,
    client_id: ClientId,
    secret: ClientAuthentication,
    scopes: Vec<Scope>,
    /// Where it sends users back to, but for the project.
    callback: Url,
    gateway: Gateway,
    directory: Directory,
    stand_in: Option<Url>,
}

/// What a user is sent to the provider with.
pub struct Asked<'a> {
    /// The project that is signed in to.
    pub project: &'a ProjectId,
    /// What comes back with the user.
    pub state: &'a str,
    /// What comes back in the ID token.
    pub nonce: &'a str,
    /// What shows that the code is ours; only its hash is sent.
    pub verifier: &'a str,
    /// Scopes besides the usual.
    pub scopes: &'a [String],
}

/// What is shown for a code.
pub struct Presented<'a> {
    /// The project that is signed in to.
    pub project: &'a ProjectId,
    /// What the user came back with.
    pub code: &'a str,
    /// What has to stand in the ID token.
    pub nonce: &'a str,
    /// What the user was sent with the hash of.
    pub verifier: &'a str,
}

/// What came of a code: whose it was, and tokens to act for them.
pub struct Grant {
    /// The account at the provider.
    pub profile: Profile,
    /// The tokens.
    pub tokens: ProviderTokens,
}

impl Provider {
    /// The id that sessions and identities call it by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who vouches for its users.
    pub fn issuer(&self) -> &str {
        self.directory.issuer()
    }

    /// Whether an answer that names `issuer` may be the provider's. One that publishes no metadata calls itself as it likes.
    pub fn may_be(&self, issuer: &str) -> bool {
        self.endpoints.is_some() || issuer == self.issuer()
    }

    /// Tells whether the provider can be asked, where it publishes metadata; else what is wrong.
    pub async fn check(&self, now: Timestamp) -> Result<&'static str, String> {
        self.directory.metadata(&self.gateway, now, USUALLY).await?;
        Ok(if self.endpoints.is_some() { "in order" } else { "its metadata can be read" })
    }

    /// The URL at the provider where a user agrees.
    pub async fn authorize(&self, asked: &Asked<'_>, now: Timestamp) -> Result<Url> {
        let client = self.client(now, USUALLY).await?;
        self.gateway
            .admit(client.auth_uri().url())
            .map_err(|error| self.failed(&causes(&error)))?;
        let (state, nonce) = (asked.state.to_owned(), asked.nonce.to_owned());
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = client
            .authorize_url(flow, || CsrfToken::new(state), || Nonce::new(nonce))
            .set_redirect_uri(Cow::Owned(self.redirect(asked.project)))
            .add_scopes(self.scopes.iter().cloned())
            .add_scopes(asked.scopes.iter().cloned().map(Scope::new));
        if self.takes_verifier() {
            let verifier = PkceCodeVerifier::new(asked.verifier.to_owned());
            request =
                request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        }
        for (name, value) in self.preset.parameters {
            request = request.add_extra_param(*name, *value);
        }
        Ok(request.url().0)
    }

    /// Trades a code for tokens, and finds out whose it is.
    pub async fn exchange(&self, presented: &Presented<'_>, now: Timestamp) -> Result<Grant> {
        let client = self.client(now, USUALLY).await?;
        let code = AuthorizationCode::new(presented.code.to_owned());
        let mut request = client
            .exchange_code(code)
            .map_err(|error| self.failed(&error))?
            .set_redirect_uri(Cow::Owned(self.redirect(presented.project)));
        if self.takes_verifier() {
            request =
                request.set_pkce_verifier(PkceCodeVerifier::new(presented.verifier.to_owned()));
        }
        let answer = request.request_async(&self.gateway).await;
        let answer = answer.map_err(|error| self.failed(&cause(&error)))?;
        let profile = match self.endpoints {
            Some(endpoints) => self.ask_profile(endpoints, answer.access_token()).await?,
            None => self.identify(&client, &answer, presented.nonce, now).await?,
        };
        Ok(Grant { profile, tokens: ProviderTokens::of(&answer, now) })
    }

    /// Renews tokens. Who doesn't get a new refresh token keeps the old one.
    pub async fn renew(&self, tokens: &ProviderTokens, now: Timestamp) -> Result<ProviderTokens> {
        let client = self.client(now, USUALLY).await?;
        let refresh_token = RefreshToken::new(tokens.refresh_token.clone());
        let request = client.exchange_refresh_token(&refresh_token);
        let request = request.map_err(|error| self.failed(&error))?;
        let answer = request.request_async(&self.gateway).await;
        let answer = answer.map_err(|error| self.failed(&cause(&error)))?;
        let mut renewed = ProviderTokens::of(&answer, now);
        if renewed.refresh_token.is_empty() {
            renewed.refresh_token.clone_from(&tokens.refresh_token);
        }
        Ok(ProviderTokens { renewed_at: Some(now), ..renewed })
    }

    /// The client that speaks to the provider.
    async fn client(&self, now: Timestamp, oldest: Duration) -> Result<Client> {
        let metadata = self.directory.metadata(&self.gateway, now, oldest).await;
        let metadata = metadata.map_err(|error| self.failed(&error))?;
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes_basic =
            methods.is_none_or(|m| m.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let by = if self.endpoints.is_none() && takes_basic {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        let secret = self.secret.at(now, self.issuer());
        let client = Client::from_provider_metadata(
            (*metadata).clone(),
            self.client_id.clone(),
            Some(secret),
        );
        let client = client.set_auth_type(by);
        Ok(if self.endpoints.is_some() { client.disable_openid_scope() } else { client })
    }

    fn takes_verifier(&self) -> bool {
        self.endpoints.is_none_or(|endpoints| endpoints.pkce)
    }

    fn redirect(&self, project: &ProjectId) -> RedirectUrl {
        RedirectUrl::from_url(
            self.callback.join(project.as_str()).unwrap_or_else(|_| self.callback.clone()),
        )
    }

    /// Notes why the provider is of no use, and tells the client that it isn't.
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

/// Why a token endpoint gave no tokens. What else it answered may hold secrets.
fn cause(refusal: &Refusal) -> String {
    match refusal {
        RequestTokenError::ServerResponse(answer) => format!("it answered {}", answer.error()),
        RequestTokenError::Request(error) => causes(error),
        _ => "it answered something else".to_owned(),
    }
}
