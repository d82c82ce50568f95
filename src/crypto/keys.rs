//! The server's keys: one for each purpose, derived from the master secret.

use hkdf::Hkdf;
use sha2::Sha256;

use crate::config::Config;

/// Derives a key for each purpose, so that a token of one purpose is not valid for another (SJ-7).
#[derive(Clone)]
pub struct Keys {
    newest: Hkdf<Sha256>,
    previous: Vec<Hkdf<Sha256>>,
}

/// The keys for one purpose. The newest makes what is new; the previous ones only read (SJ-8).
#[derive(Clone)]
pub struct PurposeKeys {
    /// Of the master secret.
    pub newest: [u8; 32],
    /// Of the previous master secrets.
    pub previous: Vec<[u8; 32]>,
}

impl Keys {
    /// Takes the master secret, of at least 32 bytes.
    pub fn new(master_secret: &[u8]) -> Self {
        Self { newest: hkdf(master_secret), previous: Vec::new() }
    }

    /// Reads the configured master secret, and the previous ones. Fails if others can read or guess one.
    pub fn read(config: &Config) -> anyhow::Result<Self> {
        let previous = config.read_previous_secrets()?;
        let previous = previous.iter().map(|secret| hkdf(secret.expose().as_bytes()));
        let newest = hkdf(config.read_master_secret()?.expose().as_bytes());
        Ok(Self { newest, previous: previous.collect() })
    }

    /// The newest key for `purpose`.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        expand(&self.newest, purpose)
    }

    /// All keys for `purpose`.
    pub fn derive_all(&self, purpose: &str) -> PurposeKeys {
        let previous = self.previous.iter().map(|secret| expand(secret, purpose));
        PurposeKeys { newest: self.derive(purpose), previous: previous.collect() }
    }
}

impl From<[u8; 32]> for PurposeKeys {
    fn from(newest: [u8; 32]) -> Self {
        Self { newest, previous: Vec::new() }
    }
}

impl PurposeKeys {
    /// All, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &[u8; 32]> {
        [&self.newest].into_iter().chain(&self.previous)
    }
}

fn hkdf(master_secret: &[u8]) -> Hkdf<Sha256> {
    Hkdf::new(Some(b"accountd"), master_secret)
}

fn expand(hkdf: &Hkdf<Sha256>, purpose: &str) -> [u8; 32] {
    let mut key = [0; 32];
    // HKDF fails only for outputs of more than 255 blocks; this is one.
    let _ = hkdf.expand(purpose.as_bytes(), &mut key);
    key
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use entity::{ProjectId, SessionId, Timestamp, UserId};
    use hmac::{Hmac, KeyInit, Mac};

    use super::*;
    use crate::config::{Config, Mode};
    use crate::crypto::jwt::{Claims, Jwt};

    /// The purposes for which the files below `folder` derive keys.
    fn purposes(folder: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(purposes(&path));
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for function in ["derive(\"", "derive_all(\""] {
                    let calls = text.split(function).skip(1);
                    found.extend(calls.map(|call| call.split('"').next().unwrap().to_owned()));
                }
            }
        }
        found
    }

    /// SJ-7: keys of two purposes differ, and so do those of two master secrets.
    #[test]
    fn every_purpose_has_its_own_key() {
        let keys = Keys::new(&[1; 32]);

        assert_eq!(keys.derive("jwt"), keys.derive("jwt"));
        assert_ne!(keys.derive("jwt"), keys.derive("codes"));
        assert_ne!(keys.derive("jwt"), Keys::new(&[2; 32]).derive("jwt"));
    }

    /// SJ-7: of all keys that the server derives, one verifies its JWTs: what is made with another is none.
    #[test]
    fn no_other_purpose_makes_a_jwt() {
        let keys = Keys::new(&[1; 32]);
        let purposes = purposes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let now = Timestamp::from_millis(0);
        let (project, user, session) =
            (ProjectId::new("default"), UserId::new("u"), SessionId::new("s"));
        let claims = Claims {
            aud: project.clone(),
            sub: user.clone(),
            sid: session.clone(),
            iat: 0,
            exp: 900,
            user_id: user,
            session_id: session,
        };
        let hs256 = ("ACCOUNTD_JWT__ALGORITHM".to_owned(), "HS256".to_owned());
        let config = Config::load(None, [hs256], Mode::Dev).unwrap();
        let jwt = Jwt::open(&config, &keys).unwrap();
        let signed = jwt.sign(&project, &claims, now).unwrap();
        let (message, _) = signed.rsplit_once('.').unwrap();

        let accepted: Vec<_> = purposes
            .iter()
            .filter(|purpose| {
                let mac = Hmac::<Sha256>::new_from_slice(&keys.derive(purpose)).unwrap();
                let mac = mac.chain_update(message).finalize().into_bytes();
                let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac));
                jwt.verify(&token, &project, now).is_some()
            })
            .collect();

        assert!(purposes.len() >= 10, "{purposes:?}");
        let different: BTreeSet<_> = purposes.iter().map(|purpose| keys.derive(purpose)).collect();
        assert_eq!(different.len(), purposes.len());
        assert_eq!(accepted, ["jwt"]);
    }
}
