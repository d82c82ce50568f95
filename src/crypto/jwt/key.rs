//! One key that signs and verifies JWTs, by one algorithm.

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use ring::rand::SystemRandom;
use ring::signature::{
    self, Ed25519KeyPair, KeyPair, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::rsa;
use crate::config::JwtAlgorithm;
use crate::crypto::sha256_hex;
use crate::random::Random;

/// A key, with the header of all tokens that it signs. A token's header must be identical to it, so no parameter of a
/// token chooses a key or an algorithm.
#[derive(Debug)]
pub struct Key {
    /// Its thumbprint (RFC 7638).
    pub id: String,
    /// The header of its tokens, in base64url.
    pub header: String,
    material: Material,
}

/// The key for each algorithm.
enum Material {
    Hs256(Hmac<Sha256>),
    Es256 { signing: SigningKey, public: Vec<u8> },
    Rs256(Box<RsaKeyPair>),
    EdDsa(Ed25519KeyPair),
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.algorithm().as_str())
    }
}

/// The private part of a new key for an algorithm whose keys are stored.
pub(super) fn generate(algorithm: JwtAlgorithm, random: &Random) -> anyhow::Result<Vec<u8>> {
    match algorithm {
        JwtAlgorithm::Es256 | JwtAlgorithm::EdDsa | JwtAlgorithm::Hs256 => {
            Ok(random.bytes::<32>().to_vec())
        }
        JwtAlgorithm::Rs256 => rsa::generate(random.bytes()),
    }
}

impl Key {
    /// The key of HS256.
    pub fn hs256(secret: &[u8; 32]) -> anyhow::Result<Self> {
        let id = sha256_hex(secret).chars().take(16).collect();
        Ok(Self::new(id, Material::Hs256(Hmac::new_from_slice(secret)?)))
    }

    /// Reads the private part of a key. Fails if no key has it.
    pub(super) fn read(algorithm: JwtAlgorithm, private: &[u8]) -> anyhow::Result<Self> {
        let material = match algorithm {
            JwtAlgorithm::Es256 => {
                let signing = SigningKey::from_slice(private)?;
                let public = signing.verifying_key().to_sec1_point(false).as_bytes().to_vec();
                ensure!(public.len() == 65, "a point has {} bytes", public.len());
                Material::Es256 { signing, public }
            }
            JwtAlgorithm::Rs256 => Material::Rs256(Box::new(rsa::read(private)?)),
            JwtAlgorithm::EdDsa => {
                Material::EdDsa(Ed25519KeyPair::from_seed_unchecked(private).map_err(rejected)?)
            }
            JwtAlgorithm::Hs256 => return Self::hs256(private.try_into()?),
        };
        let members = material.public_members().into_iter();
        let members: Vec<_> =
            members.map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
        let id = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{{{}}}", members.join(","))));
        Ok(Self::new(id, material))
    }

    fn new(id: String, material: Material) -> Self {
        let algorithm = material.algorithm().as_str();
        let header = format!(r#"{{"typ":"JWT","alg":"{algorithm}","kid":"{id}"}}"#);
        Self { id, header: URL_SAFE_NO_PAD.encode(header), material }
    }

    /// The key's algorithm.
    pub fn algorithm(&self) -> JwtAlgorithm {
        self.material.algorithm()
    }

    /// Signs the payload of a token, and returns the token.
    pub(super) fn sign(&self, payload: &[u8]) -> anyhow::Result<String> {
        let message = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(payload));
        let signature = self.material.sign(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Whether the key has signed `message`.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.material.has_signed(message, signature)
    }

    /// The public part, as key sets have it (RFC 7517); none for HS256, whose key is secret.
    pub fn public(&self) -> Option<Value> {
        if self.algorithm() == JwtAlgorithm::Hs256 {
            return None;
        }
        let own = self.material.public_members().into_iter();
        let general = [
            ("use", "sig".to_owned()),
            ("alg", self.algorithm().as_str().to_owned()),
            ("kid", self.id.clone()),
        ];
        Some(
            general
                .into_iter()
                .chain(own)
                .map(|(name, value)| (name.to_owned(), Value::from(value)))
                .collect(),
        )
    }
}

impl Material {
    fn algorithm(&self) -> JwtAlgorithm {
        match self {
            Self::Hs256(_) => JwtAlgorithm::Hs256,
            Self::Es256 { .. } => JwtAlgorithm::Es256,
            Self::Rs256(_) => JwtAlgorithm::Rs256,
            Self::EdDsa(_) => JwtAlgorithm::EdDsa,
        }
    }

    fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        Ok(match self {
            Self::Hs256(mac) => mac.clone().chain_update(message).finalize().into_bytes().to_vec(),
            // With a nonce from key and message (RFC 6979): no random number can give the key away.
            Self::Es256 { signing, .. } => {
                let signature: Signature = signing.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // This padding takes nothing from the random source.
                pair.sign(
                    &signature::RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .ok()
                .context("RS256 could not sign")?;
                signature
            }
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        })
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verify = |by: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(by, key).verify(message, signature).is_ok()
        };
        match self {
            Self::Hs256(mac) => mac.clone().chain_update(message).verify_slice(signature).is_ok(),
            Self::Es256 { public, .. } => verify(&signature::ECDSA_P256_SHA256_FIXED, public),
            Self::Rs256(pair) => {
                verify(&signature::RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref())
            }
            Self::EdDsa(pair) => verify(&signature::ED25519, pair.public_key().as_ref()),
        }
    }

    /// The members that make the key and its thumbprint, in the order of RFC 7638; none for HS256.
    fn public_members(&self) -> Vec<(&'static str, String)> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Hs256(_) => Vec::new(),
            Self::Es256 { public, .. } => {
                // Behind the byte that says that both coordinates follow.
                let (x, y) =
                    public.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
                vec![
                    ("crv", "P-256".to_owned()),
                    ("kty", "EC".to_owned()),
                    ("x", encode(x)),
                    ("y", encode(y)),
                ]
            }
            Self::Rs256(pair) => {
                let public = signature::RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                vec![("e", encode(&public.e)), ("kty", "RSA".to_owned()), ("n", encode(&public.n))]
            }
            Self::EdDsa(pair) => vec![
                ("crv", "Ed25519".to_owned()),
                ("kty", "OKP".to_owned()),
                ("x", encode(pair.public_key().as_ref())),
            ],
        }
    }
}

/// Why `ring` takes no key.
pub(super) fn rejected(reason: ring::error::KeyRejected) -> anyhow::Error {
    anyhow::anyhow!("a key was rejected: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALGORITHMS: [JwtAlgorithm; 4] =
        [JwtAlgorithm::Es256, JwtAlgorithm::Rs256, JwtAlgorithm::EdDsa, JwtAlgorithm::Hs256];

    fn new(algorithm: JwtAlgorithm, seed: u64) -> Key {
        let private = generate(algorithm, &Random::seeded(seed)).unwrap();
        Key::read(algorithm, &private).unwrap()
    }

    /// SJ-1: each key verifies what it has signed, unchanged, and nothing of another key or algorithm.
    #[test]
    fn a_key_verifies_its_own_signatures_only() {
        let keys = ALGORITHMS.map(|algorithm| new(algorithm, 1));
        for key in &keys {
            let token = key.sign(b"{}").unwrap();
            let (message, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            for other in &keys {
                let is_same = other.id == key.id;
                assert_eq!(other.has_signed(message.as_bytes(), &signature), is_same);
            }
            assert!(!new(key.algorithm(), 2).has_signed(message.as_bytes(), &signature));
            assert!(!key.has_signed(b"x", &signature));
            assert!(!key.has_signed(message.as_bytes(), &[]));
        }
    }

    #[test]
    fn only_public_members_are_published() {
        for algorithm in ALGORITHMS {
            let Some(public) = new(algorithm, 1).public() else {
                assert_eq!(algorithm, JwtAlgorithm::Hs256);
                continue;
            };
            let mut members: Vec<_> =
                public.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            let expected: &[&str] = match algorithm {
                JwtAlgorithm::Es256 => &["alg", "crv", "kid", "kty", "use", "x", "y"],
                JwtAlgorithm::Rs256 => &["alg", "e", "kid", "kty", "n", "use"],
                JwtAlgorithm::EdDsa => &["alg", "crv", "kid", "kty", "use", "x"],
                JwtAlgorithm::Hs256 => &[],
            };
            assert_eq!(members, expected);
            assert_eq!(public["kid"].as_str().unwrap().len(), 43);
        }
    }

    /// The key and the thumbprint of RFC 8037, appendix A.
    #[test]
    fn a_thumbprint_is_that_of_the_standard() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();

        let key = Key::read(JwtAlgorithm::EdDsa, &seed).unwrap();

        assert_eq!(key.id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(key.public().unwrap()["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    }

    #[test]
    fn what_is_no_key_is_rejected() {
        for algorithm in ALGORITHMS {
            for private in [&[][..], &[0; 31], &[1; 255], &[0; 256], &[7; 256]] {
                assert!(Key::read(algorithm, private).is_err(), "{algorithm:?}");
            }
        }
        assert!(Key::read(JwtAlgorithm::Es256, &[0; 32]).is_err());
        assert!(Key::read(JwtAlgorithm::Es256, &[255; 32]).is_err());
    }
}
