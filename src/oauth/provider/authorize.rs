//! Builds authorization URLs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use super::{AuthorizationParams, Provider};
use crate::error::Result;
use crate::http_client::causes;

/// The scope for a refresh token.
const OFFLINE_ACCESS: &str = "offline_access";

impl Provider {
    /// The URL of the provider's sign-in page.
    pub async fn authorize(&self, params: &AuthorizationParams<'_>, now: Timestamp) -> Result<Url> {
        let metadata = self.metadata(now).await?;
        let mut url = metadata.authorization.clone();
        let checked = self.http.check_host(&url);
        checked
            .map_err(|error| self.failed(&format!("authorization endpoint: {}", causes(&error))))?;
        let scopes = self.scopes(params.scopes);
        let mut query = url.query_pairs_mut();
        query.append_pair("response_type", "code");
        query.append_pair("client_id", &self.client_id);
        query.append_pair("redirect_uri", self.redirect(params.project).as_str());
        query.append_pair("scope", &scopes.join(" "));
        query.append_pair("state", params.state);
        if self.endpoints.is_none() {
            query.append_pair("nonce", params.nonce);
        }
        if self.takes_verifier() {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(params.verifier));
            query.append_pair("code_challenge", &challenge);
            query.append_pair("code_challenge_method", "S256");
        }
        let is_set = |name: &str| self.parameters.iter().any(|(set, _)| set == name);
        if self.needs_consent && scopes.contains(&OFFLINE_ACCESS) && !is_set("prompt") {
            query.append_pair("prompt", "consent");
        }
        query.extend_pairs(self.parameters.iter().filter(|(_, value)| !value.is_empty()));
        drop(query);
        Ok(url)
    }

    /// The default scopes and `more`, without duplicates.
    pub(super) fn scopes<'a>(&'a self, more: &'a [String]) -> Vec<&'a str> {
        let mut scopes: Vec<&str> = Vec::new();
        for scope in self.scopes.iter().chain(more) {
            if !scopes.contains(&scope.as_str()) {
                scopes.push(scope);
            }
        }
        scopes
    }
}
