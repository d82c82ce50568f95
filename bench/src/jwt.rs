//! JSON Web Tokens as accountd makes them: HS256 by hand, with the key that it derives from the master secret.

use anyhow::anyhow;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::clock::Time;
use crate::hex;

/// The one project.
pub const PROJECT: &str = "default";
/// How long a token lives, in seconds: as long as accountd lets it.
const TTL: i64 = 900;

/// Makes and verifies tokens.
#[derive(Clone, Debug)]
pub struct Jwt {
    mac: Hmac<Sha256>,
    /// How all tokens begin.
    prefix: String,
}

/// What a token says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    aud: String,
    /// The user.
    pub sub: String,
    /// The session.
    pub sid: String,
    exp: i64,
    user_id: String,
    session_id: String,
}

impl Jwt {
    /// Takes the master secret of the server.
    pub fn new(master_secret: &str) -> anyhow::Result<Self> {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(b"accountd"), master_secret.as_bytes())
            .expand(b"jwt", &mut key)
            .map_err(|error| anyhow!("no key: {error}"))?;
        let id: String = hex::sha256(key).chars().take(16).collect();
        let header = format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{id}"}}"#);
        let prefix = format!("{}.", URL_SAFE_NO_PAD.encode(header));
        Ok(Self { mac: Hmac::new_from_slice(&key)?, prefix })
    }

    /// Makes a token for a session, as of a moment.
    pub fn sign(&self, user: &str, session: &str, made: Time) -> String {
        let (made, ends) = (made.seconds(), made.after(TTL).seconds());
        let claims = format!(
            r#"{{"aud":"{PROJECT}","sub":"{user}","sid":"{session}","iat":{made},"exp":{ends},"userId":"{user}","sessionId":"{session}"}}"#
        );
        let message = format!("{}{}", self.prefix, URL_SAFE_NO_PAD.encode(claims));
        let signature = self.mac.clone().chain_update(&message).finalize().into_bytes();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of the bench's own token that has not expired.
    pub fn verify(&self, token: &str) -> Option<Claims> {
        let (message, signature) = token.rsplit_once('.')?;
        let claims = message.strip_prefix(&self.prefix)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac.clone().chain_update(message).verify_slice(&signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let same = claims.user_id == claims.sub && claims.session_id == claims.sid;
        (same && claims.aud == PROJECT && Time::now().seconds() < claims.exp).then_some(claims)
    }
}
