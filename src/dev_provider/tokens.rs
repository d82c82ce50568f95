//! The tokens of the provider `dev`. They contain the user, encrypted, so they survive a restart.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{CLIENT, DevProvider, ProviderUser, TOKEN_TTL};
use crate::error::Result;

/// The type of a token: an access token is not accepted as a refresh token.
const ACCESS: &str = "access";
const REFRESH: &str = "refresh";

/// The form posted to the token endpoint.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TokenRequest {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    refresh_token: String,
    /// The client id, unless it is in the header `Authorization`.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
}

/// An OAuth 2 error code, with a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenError {
    /// The error code.
    pub code: &'static str,
    /// The description.
    pub description: &'static str,
}

/// The contents of a token.
#[derive(Serialize, Deserialize)]
struct Token {
    user: ProviderUser,
    /// When it expires, if ever.
    until: Option<Timestamp>,
}

/// The response of the token endpoint.
#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

impl DevProvider {
    /// Exchanges a code or a refresh token for tokens. A code is valid once.
    pub fn redeem(&self, request: &TokenRequest) -> Result<Result<Value, TokenError>> {
        if request.client_id != CLIENT || request.client_secret != CLIENT {
            return Ok(refuse("invalid_client", "client_id and client_secret are dev."));
        }
        match request.grant_type.as_str() {
            "authorization_code" => self.redeem_code(request),
            "refresh_token" => match self.decrypt(REFRESH, &request.refresh_token) {
                Some(user) => self.tokens(&user, None).map(Ok),
                None => Ok(refuse("invalid_grant", "refresh_token is not from this provider.")),
            },
            _ => Ok(refuse("unsupported_grant_type", "grant_type is not supported.")),
        }
    }

    fn redeem_code(&self, request: &TokenRequest) -> Result<Result<Value, TokenError>> {
        let Some(grant) = self.codes.remove(&request.code) else {
            return Ok(refuse(
                "invalid_grant",
                "code is unknown, too old, or was redeemed before.",
            ));
        };
        if grant.redirect_uri != request.redirect_uri {
            return Ok(refuse(
                "invalid_grant",
                "redirect_uri is not the one of the authorization.",
            ));
        }
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&request.code_verifier));
        if !grant.challenge.is_empty() && grant.challenge != hash {
            return Ok(refuse("invalid_grant", "code_verifier doesn't fit code_challenge."));
        }
        self.tokens(&grant.user, Some(&grant.nonce)).map(Ok)
    }

    /// The claims of an access token's user.
    pub fn userinfo(&self, access_token: &str) -> Option<Value> {
        self.decrypt(ACCESS, access_token).map(|user| Value::Object(user.claims()))
    }

    /// New tokens for a user, with an ID token for a sign-in.
    fn tokens(&self, user: &ProviderUser, nonce: Option<&str>) -> Result<Value> {
        let until = self.now() + TOKEN_TTL;
        let refresh_token = user.refresh.then(|| self.encrypt(REFRESH, user, None)).transpose()?;
        let tokens = Tokens {
            access_token: self.encrypt(ACCESS, user, Some(until))?,
            token_type: "Bearer",
            expires_in: TOKEN_TTL.as_secs(),
            refresh_token,
            id_token: nonce.map(|nonce| self.id_token(user, nonce)),
        };
        Ok(json!(tokens))
    }

    fn encrypt(&self, kind: &str, user: &ProviderUser, until: Option<Timestamp>) -> Result<String> {
        let text = json!(Token { user: user.clone(), until }).to_string();
        self.tokens.encrypt(kind, &text, self.random.bytes())
    }

    fn decrypt(&self, kind: &str, token: &str) -> Option<ProviderUser> {
        let token: Token = serde_json::from_str(&self.tokens.decrypt(kind, token)?).ok()?;
        token.until.is_none_or(|until| self.now() < until).then_some(token.user)
    }
}

fn refuse(code: &'static str, description: &'static str) -> Result<Value, TokenError> {
    Err(TokenError { code, description })
}
