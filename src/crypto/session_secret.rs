//! Session secrets: 256 random bits, stored as a hash.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use entity::UserId;
use serde::{Deserialize, Serialize};

use crate::crypto::sha256_hex;
use crate::random::Random;

/// The credential of a session: the user's id and the secret, as in the cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSecret {
    #[serde(rename = "id")]
    user_id: UserId,
    secret: String,
}

impl SessionSecret {
    /// Generates a secret for a session of `user_id`.
    pub fn new(user_id: UserId, random: &Random) -> Self {
        Self { user_id, secret: hex::encode(random.bytes::<32>()) }
    }

    /// Decodes the form in cookies and headers: base64 of `{"id","secret"}`.
    pub fn decode(text: &str) -> Option<Self> {
        // Enough for an id of 36 and a secret of 256 characters.
        if text.len() > 1024 {
            return None;
        }
        let json = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Encodes it for cookies and `Session.secret`.
    pub fn encode(&self) -> String {
        // Two texts always serialise.
        STANDARD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The user id that it claims.
    pub fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// The stored hash.
    pub fn hash(&self) -> String {
        sha256_hex(self.secret.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SJ-9: 256 bits, and the stored form is not the presented one.
    #[test]
    fn a_secret_survives_encoding_and_is_stored_as_a_hash() {
        let secret = SessionSecret::new(UserId::new("ada"), &Random::seeded(1));

        assert!(SessionSecret::decode(&secret.encode()).is_some_and(|read| read == secret));
        assert_eq!(secret.secret.len(), 64);
        assert_eq!(secret.hash().len(), 64);
        assert_ne!(secret.hash(), secret.secret);
    }

    #[test]
    fn garbage_is_no_secret() {
        for text in ["", "%%%", "bm9uc2Vuc2U=", "e30=", &"A".repeat(4096)] {
            assert!(SessionSecret::decode(text).is_none(), "{text}");
        }
    }
}
