//! A backend in Rust: the crate `jsonwebtoken` verifies tokens with the published keys.
//!
//! The crate brings no cryptography of its own here, since it would bring a second library for it: `ring` verifies.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, Validation, decode, decode_header,
};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::*;

/// Verifies by `ring`.
struct Ring(Algorithm, DecodingKey);

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory: |algorithm, key| Ok(Box::new(Ring(*algorithm, key.clone()))),
    key_utils: KeyUtils::new_unimplemented(),
};

impl Verifier<Vec<u8>> for Ring {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        let by = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key).verify(message, signature)
        };
        let Self(algorithm, key) = self;
        let verified = match (algorithm, key.family(), key.kind()) {
            (Algorithm::ES256, AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(key)) => {
                by(&ECDSA_P256_SHA256_FIXED, key)
            }
            (Algorithm::EdDSA, AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(key)) => {
                by(&ED25519, key)
            }
            (
                Algorithm::RS256,
                AlgorithmFamily::Rsa,
                DecodingKeyKind::RsaModulusExponent { n, e },
            ) => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            _ => return Err(Error::new()),
        };
        verified.map_err(|_| Error::new())
    }
}

impl JwtVerifier for Ring {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}

#[derive(Clone, Deserialize)]
struct Claims {
    sub: String,
    sid: String,
}

/// Verifies like a backend: the algorithm is its own choice, the key that of the token's `kid`.
pub(super) fn verified<Claims: DeserializeOwned + Clone>(
    jwt: &str,
    keys: &JwkSet,
    algorithm: Algorithm,
    (issuer, audience): (&str, &str),
) -> Option<Claims> {
    // A second call in this process changes nothing.
    let _ = PROVIDER.install_default();
    let kid = decode_header(jwt).ok()?.kid?;
    let key = DecodingKey::from_jwk(keys.find(&kid)?).ok()?;
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[format!("http://localhost:8080/v1/projects/{issuer}")]);
    validation.set_audience(&[audience]);
    // The clock of tests stands still.
    validation.validate_exp = false;
    Some(decode(jwt, &key, &validation).ok()?.claims)
}

/// The keys that a project publishes.
pub(super) async fn published(app: &TestApp, project: &str) -> JwkSet {
    let path = format!("/v1/projects/{project}/.well-known/jwks.json");
    let set = app.guest().rest("GET", &path, Value::Null).await.json();
    serde_json::from_value(set).unwrap()
}

#[tokio::test]
async fn jsonwebtoken_verifies_every_algorithm() {
    let read = |jwt: &str, keys: &JwkSet, algorithm, audience: &str| {
        verified::<Claims>(jwt, keys, algorithm, ("default", audience))
    };
    for (name, algorithm) in
        [("ES256", Algorithm::ES256), ("RS256", Algorithm::RS256), ("EdDSA", Algorithm::EdDSA)]
    {
        let app = TestApp::with(&format!("jwt.algorithm = \"{name}\"")).await;
        let ada = app.user("ada@example.com").await;
        let jwt = ada.jwt().await;
        let keys = published(&app, "default").await;

        let claims = read(&jwt, &keys, algorithm, "default").unwrap();

        assert_eq!(claims.sid, ada.session_id().await, "{name}");
        assert_eq!(claims.sub, decoded(&jwt).1["sub"], "{name}");
        assert!(read(&jwt, &keys, algorithm, "other").is_none(), "{name}");
        assert!(read(&jwt, &keys, Algorithm::HS256, "default").is_none(), "{name}");
        let (message, signature) = jwt.rsplit_once('.').unwrap();
        let other = message.rsplit_once('.').unwrap().0;
        let claims =
            URL_SAFE_NO_PAD.encode(decoded(&jwt).1.to_string().replace("\"default\"", "\"x\""));
        let forged = format!("{other}.{claims}.{signature}");
        assert!(read(&forged, &keys, algorithm, "x").is_none(), "{name}");
    }
}
