//! Authorization requests to the provider `dev`, and the user that was chosen.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use crate::crypto::sha256_hex;
use crate::dev_provider::CLIENT;
use crate::error::{Error, Result};

/// The length of a subject, in characters.
const SUBJECT: usize = 20;

/// The query of an authorization request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuthorizationRequest {
    pub(super) response_type: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) code_challenge: String,
    pub(super) code_challenge_method: String,
}

impl AuthorizationRequest {
    /// Checks that the request is from this server: others may come from anywhere, and redirect anywhere.
    pub(super) fn check(&self, callback: &str) -> Result<()> {
        let project = self.redirect_uri.strip_prefix(callback).unwrap_or_default();
        let is_own = !project.is_empty() && !project.contains(['/', '?', '#', '\\']);
        let is_hashed = self.code_challenge.is_empty() || self.code_challenge_method == "S256";
        for (is_right, parameter, expected) in [
            (self.response_type == "code", "response_type", "must be code."),
            (self.client_id == CLIENT, "client_id", "must be dev."),
            (is_own, "redirect_uri", "must be the callback of this server."),
            (self.scope.split(' ').any(|it| it == "openid"), "scope", "must have openid in it."),
            (is_hashed, "code_challenge_method", "must be S256."),
        ] {
            if !is_right {
                return Err(Error::argument(parameter, expected));
            }
        }
        Ok(())
    }

    /// The callback URL with these parameters and the state.
    pub(super) fn answer(&self, parameters: &[(&str, &str)]) -> Result<Url> {
        let url = Url::parse(&self.redirect_uri);
        let mut url = url.map_err(|_| Error::argument("redirect_uri", "must be a URL."))?;
        url.query_pairs_mut().extend_pairs(parameters).append_pair("state", &self.state);
        Ok(url)
    }
}

/// The user that was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderUser {
    /// The name; empty for none.
    pub name: String,
    /// The address; empty for none.
    pub email: String,
    /// Whether the address is verified.
    pub verified: bool,
    /// Whether there is a refresh token.
    pub refresh: bool,
}

impl ProviderUser {
    /// The subject: the same for the same address, or for the same name if there is no address.
    fn subject(&self) -> String {
        let what = if self.email.is_empty() { &self.name } else { &self.email };
        sha256_hex(what.trim().to_lowercase().as_bytes()).chars().take(SUBJECT).collect()
    }

    /// The user's claims.
    pub(super) fn claims(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), json!(self.subject()));
        if !self.name.is_empty() {
            claims.insert("name".to_owned(), json!(self.name));
        }
        if !self.email.is_empty() {
            claims.insert("email".to_owned(), json!(self.email));
            claims.insert("email_verified".to_owned(), json!(self.verified));
        }
        claims
    }
}
