//! JSON Web Tokens: HS256 by hand, with the claims that accountd's have.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::clock::Time;
use crate::rows::PROJECT;

/// How long a token lives, in seconds.
const TTL: i64 = 900;

/// Makes and verifies tokens.
#[derive(Debug)]
pub(crate) struct Jwt {
    mac: Hmac<Sha256>,
    /// How all tokens begin.
    prefix: String,
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    aud: String,
    /// The user.
    pub(crate) sub: String,
    /// The session.
    pub(crate) sid: String,
    iat: i64,
    exp: i64,
    #[serde(rename = "userId")]
    user_id: String,
    #[serde(rename = "sessionId")]
    session_id: String,
}

impl Jwt {
    /// Takes the key of all tokens.
    pub(crate) fn new(key: &[u8]) -> anyhow::Result<Self> {
        let header =
            URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS256","kid":"0123456789abcdef"}"#);
        Ok(Self { mac: Hmac::new_from_slice(key)?, prefix: format!("{header}.") })
    }

    /// Makes a token for a session.
    pub(crate) fn sign(&self, user: &str, session: &str) -> anyhow::Result<String> {
        let now = Time::now();
        let claims = Claims {
            aud: PROJECT.to_owned(),
            sub: user.to_owned(),
            sid: session.to_owned(),
            iat: now.seconds(),
            exp: now.after(TTL).seconds(),
            user_id: user.to_owned(),
            session_id: session.to_owned(),
        };
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?);
        let message = format!("{}{claims}", self.prefix);
        let signature = self.mac.clone().chain_update(&message).finalize().into_bytes();
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims of a token of ours that has not expired.
    pub(crate) fn verify(&self, token: &str) -> Option<Claims> {
        let (message, signature) = token.rsplit_once('.')?;
        let claims = message.strip_prefix(&self.prefix)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac.clone().chain_update(message).verify_slice(&signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let same = claims.user_id == claims.sub && claims.session_id == claims.sid;
        (same && claims.aud == PROJECT && Time::now().seconds() < claims.exp).then_some(claims)
    }
}
