//! Apple's client secret: a JWT that the server signs itself.

use anyhow::Context;
use entity::Timestamp;
use p256::ecdsa::SigningKey;
use p256::pkcs8::DecodePrivateKey;
use serde_json::json;

use super::jws;
use crate::config::providers::Provider;

/// How long a client secret is valid, in seconds: it is created for one call.
const TTL: i64 = 300;

/// Makes client secrets for Apple.
pub(super) struct AppleSecret {
    key: SigningKey,
    key_id: String,
    team_id: String,
    client_id: String,
}

impl AppleSecret {
    /// Parses a developer's key.
    pub(super) fn open(settings: &Provider, pem: &str) -> anyhow::Result<Self> {
        Ok(Self {
            key: SigningKey::from_pkcs8_pem(pem)
                .context("private_key is not a key of P-256 in PEM")?,
            key_id: settings.key_id.clone(),
            team_id: settings.team_id.clone(),
            client_id: settings.client_id.clone(),
        })
    }

    /// A client secret for the issuer, valid for some minutes from `now`.
    pub(super) fn sign(&self, issuer: &str, now: Timestamp) -> String {
        let header = json!({ "alg": "ES256", "kid": self.key_id });
        let claims = json!({
            "iss": self.team_id,
            "iat": now.seconds(),
            "exp": now.seconds().saturating_add(TTL),
            "aud": issuer,
            "sub": self.client_id,
        });
        jws::sign(&self.key, &header, &claims)
    }
}
