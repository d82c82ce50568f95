//! Finding out whose tokens are.

use chrono::DateTime;
use entity::Timestamp;
use openidconnect::AccessToken;
use openidconnect::AsyncHttpClient;
use openidconnect::ClaimsVerificationError;
use openidconnect::HttpRequest;
use openidconnect::Nonce;
use openidconnect::OAuth2TokenResponse;
use openidconnect::SubjectIdentifier;
use openidconnect::TokenResponse;
use openidconnect::core::CoreJwsSigningAlgorithm as By;
use openidconnect::core::CoreTokenResponse;
use openidconnect::core::CoreUserInfoClaims;
use openidconnect::http::Request;
use openidconnect::http::header;
use serde_json::Value;

use super::Client;
use super::Provider;
use crate::error::Result;
use crate::oauth::discovery::IN_DOUBT;
use crate::oauth::discovery::stand;
use crate::oauth::presets::Endpoints;
use crate::oauth::profile::OPENID;
use crate::oauth::profile::Profile;
use crate::outgoing::causes;

/// How ID tokens may be signed: not by the client secret.
const SIGNATURES: [By; 9] = [
    By::RsaSsaPkcs1V15Sha256,
    By::RsaSsaPkcs1V15Sha384,
    By::RsaSsaPkcs1V15Sha512,
    By::RsaSsaPssSha256,
    By::RsaSsaPssSha384,
    By::RsaSsaPssSha512,
    By::EcdsaP256Sha256,
    By::EcdsaP384Sha384,
    By::EdDsa,
];

impl Provider {
    /// Whose the tokens of an issuer are: what its ID token says, once that is verified, and for an address that is not
    /// in there, what it answers when asked.
    pub(super) async fn identify(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Profile> {
        let claims = match verify(client, answer, nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let client = self.client(now, IN_DOUBT).await?;
                verify(&client, answer, nonce, now)
            }
            verified => verified,
        };
        let claims = claims.map_err(|error| self.failed(&causes(&error)))?;
        let profile = self.read(&claims)?;
        let subject = SubjectIdentifier::new(profile.subject.clone());
        match client.user_info(answer.access_token().clone(), Some(subject)) {
            Ok(request) if profile.email.is_none() => {
                let told = request.request_async(&self.gateway).await;
                let told: CoreUserInfoClaims =
                    told.map_err(|error| self.failed(&causes(&error)))?;
                self.read(&serde_json::to_value(told).unwrap_or_default())
            }
            _ => Ok(profile),
        }
    }

    /// Asks a provider of plain OAuth 2 whose a token is.
    pub(super) async fn ask_profile(
        &self,
        endpoints: &Endpoints,
        token: &AccessToken,
    ) -> Result<Profile> {
        let told = self.get(endpoints.profile, token).await?;
        let profile = Profile::read(&told, endpoints.fields);
        let profile = profile.ok_or_else(|| self.failed("the profile doesn't say whose it is"))?;
        Ok(match endpoints.emails {
            Some(emails) => profile.with_primary(&self.get(emails, token).await?),
            None => profile,
        })
    }

    /// Reads JSON from the provider.
    async fn get(&self, url: &str, token: &AccessToken) -> Result<Value> {
        let request = Request::get(stand(url, self.stand_in.as_ref()))
            .header(header::AUTHORIZATION, format!("Bearer {}", token.secret()))
            .header(header::ACCEPT, "application/json")
            .body(Vec::new());
        let request: HttpRequest = request.map_err(|error| self.failed(&error))?;
        let answer = self.gateway.call(request).await;
        let answer = answer.map_err(|error| self.failed(&causes(&error)))?;
        if !answer.status().is_success() {
            return Err(self.failed(&format!("it answered {}", answer.status())));
        }
        serde_json::from_slice(answer.body()).map_err(|_| self.failed("it answered no JSON"))
    }

    fn read(&self, claims: &Value) -> Result<Profile> {
        Profile::read(claims, OPENID)
            .ok_or_else(|| self.failed("the claims don't say whose they are"))
    }
}

/// The claims of an ID token that is the issuer's, for us, for this sign-in, and not too old (security.md OA-2).
fn verify(
    client: &Client,
    answer: &CoreTokenResponse,
    nonce: &str,
    now: Timestamp,
) -> Result<Value, ClaimsVerificationError> {
    let missing = || ClaimsVerificationError::Other("there is no ID token".to_owned());
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || DateTime::from_timestamp_millis(now.millis()).unwrap_or_default());
    let token = answer.id_token().ok_or_else(missing)?;
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
    Ok(serde_json::to_value(claims).unwrap_or_default())
}
