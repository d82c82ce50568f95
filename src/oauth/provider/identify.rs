//! Finds out whose account tokens belong to.

use std::iter;
use std::sync::Arc;

use entity::Timestamp;
use url::Url;

use super::Provider;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http_client::causes;
use crate::oauth::answer::{Answer, Unusable};
use crate::oauth::discovery::stand;
use crate::oauth::id_token::{AppIdToken, Expected, ExpectedOfApp, IdToken, ProvenIdToken};
use crate::oauth::keys::KeySet;
use crate::oauth::presets::Endpoints;
use crate::oauth::profile::Profile;
use crate::oauth::provider_http::Reply;
use crate::oauth::remembered::Age;
use crate::oauth::tokens::TokenAnswer;

impl Provider {
    /// The account of an issuer's tokens: from the verified ID token, and from userinfo if the address is
    /// missing.
    pub(super) async fn identify(
        &self,
        answer: &TokenAnswer,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Profile> {
        if answer.id_token.is_empty() {
            return Err(self.failed("token answer: `id_token` is missing, expected a signed JWT"));
        }
        let token = self.usable(IdToken::parse(&answer.id_token))?;
        let keys = self.keys_for(&token, now).await?;
        let (issuer, client_id) = (self.issuer(), self.client_id.as_str());
        let expected = Expected { issuer, client_id, nonce, now };
        let profile = self.usable(token.verify(&keys, expected))?;
        let metadata = self.metadata(now).await?;
        match &metadata.userinfo {
            Some(url) if profile.email.is_none() => self.add_userinfo(profile, url, answer).await,
            _ => Ok(profile),
        }
    }

    /// The account of an ID token that an app presents.
    pub async fn identify_app(
        &self,
        presented: &AppIdToken<'_>,
        clock: &Clock,
    ) -> Result<ProvenIdToken> {
        if self.endpoints.is_some() {
            return Err(Error::ProjectProviderUnsupported);
        }
        let rules = self.id_tokens.as_ref().ok_or(Error::ProjectProviderDisabled)?;
        let refused = |error: Unusable| {
            tracing::info!(provider = self.id, "an ID token of an app is not accepted: {error}");
            Error::UserOauth2TokenInvalid(error.to_string())
        };
        let token = IdToken::parse(presented.token).map_err(refused)?;
        let keys = self.keys_for(&token, clock.now()).await?;
        let natives = rules.native_client_ids.iter().map(String::as_str);
        let client_ids: Vec<&str> = iter::once(self.client_id.as_str()).chain(natives).collect();
        let expected = ExpectedOfApp {
            issuer: self.issuer(),
            client_ids: &client_ids,
            nonce: presented.nonce,
            nonce_rule: rules.nonce,
            now: clock.now(),
        };
        token.verify_of_app(&keys, &expected).map_err(refused)
    }

    /// The provider's keys, read again if none of those known has signed `token`: it may have a new one.
    async fn keys_for(&self, token: &IdToken<'_>, now: Timestamp) -> Result<Arc<KeySet>> {
        let mut keys = self.discovery.keys(&self.http, now, Age::Usual).await;
        if keys.as_ref().is_ok_and(|keys| token.check_signature(keys).is_err()) {
            keys = self.discovery.keys(&self.http, now, Age::InDoubt).await;
        }
        keys.map_err(|cause| self.failed(&cause))
    }

    /// Adds the address from the userinfo endpoint. If it refuses, the identity is still valid.
    async fn add_userinfo(
        &self,
        profile: Profile,
        url: &Url,
        answer: &TokenAnswer,
    ) -> Result<Profile> {
        let reply = self.get("userinfo", url, answer).await?;
        let Some(body) = self.unless_denied("userinfo", reply)? else { return Ok(profile) };
        let userinfo = self.usable(Profile::read_userinfo(&body))?;
        if userinfo.subject != profile.subject {
            return Err(
                self.failed("userinfo: `sub` is another user's, expected that of the ID token")
            );
        }
        let name = if profile.name.is_empty() { userinfo.name } else { profile.name };
        Ok(Profile { name, ..userinfo })
    }

    /// Fetches the profile from a provider of plain OAuth 2.
    pub(super) async fn fetch_profile(
        &self,
        endpoints: &Endpoints,
        answer: &TokenAnswer,
    ) -> Result<Profile> {
        let url = self.own(endpoints.profile)?;
        let reply = self.get("profile", &url, answer).await?;
        if !reply.is_success() {
            return Err(
                self.failed(&format!("profile: the status is {}, expected 200", reply.status))
            );
        }
        let profile = Answer::read("profile", &reply.body);
        let profile = profile.and_then(|it| Profile::read(&it, endpoints.fields));
        let profile = self.usable(profile)?;
        let Some(emails) = endpoints.emails else { return Ok(profile) };
        let reply = self.get("addresses", &self.own(emails)?, answer).await?;
        Ok(match self.unless_denied("addresses", reply)? {
            Some(body) => profile.with_primary(&body),
            None => profile,
        })
    }

    /// The URL of a built-in endpoint.
    fn own(&self, url: &str) -> Result<Url> {
        Url::parse(&stand(url, self.stand_in.as_ref())).map_err(|error| self.failed(&error))
    }

    /// Fetches from the provider with the user's token.
    async fn get(&self, subject: &str, url: &Url, answer: &TokenAnswer) -> Result<Reply> {
        let reply = self.http.get(url, Some(&answer.access_token)).await;
        reply.map_err(|error| self.failed(&format!("{subject}: {}", causes(&error))))
    }

    /// An endpoint's response; none if it refuses, because the client may not have the right. If it fails,
    /// so does the sign-in: it may succeed later, and no account is created without its address.
    fn unless_denied(&self, subject: &str, reply: Reply) -> Result<Option<Vec<u8>>> {
        match reply.status {
            200..300 => Ok(Some(reply.body)),
            status @ (400..=407 | 409..=424 | 426..=428 | 430..500) => {
                tracing::warn!(
                    provider = self.id,
                    "{subject}: the status is {status}, expected 200; the user is signed in without an address"
                );
                Ok(None)
            }
            status => Err(self.failed(&format!("{subject}: the status is {status}, expected 200"))),
        }
    }

    fn usable<T>(&self, read: Result<T, Unusable>) -> Result<T> {
        read.map_err(|error| self.failed(&error))
    }
}
