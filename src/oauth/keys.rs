//! A provider's public keys and signature algorithms.

use std::fmt;

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use ring::signature;
use ring::signature::{
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;

use super::answer::{Answer, Unusable, text_of};

/// Decodes base64url, with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How many keys are read: more than any provider has.
const MAX_KEYS: usize = 100;

/// The accepted signature algorithms: only asymmetric ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    /// The algorithm that a token's header names.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "RS384" => Some(Self::Rs384),
            "RS512" => Some(Self::Rs512),
            "PS256" => Some(Self::Ps256),
            "PS384" => Some(Self::Ps384),
            "PS512" => Some(Self::Ps512),
            "ES256" => Some(Self::Es256),
            "ES384" => Some(Self::Es384),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// The RSA verification of `ring`.
    fn of_rsa(self) -> Option<&'static RsaParameters> {
        match self {
            Self::Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            Self::Ps256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
            Self::Ps512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
            Self::Es256 | Self::Es384 | Self::EdDsa => None,
        }
    }
}

/// The keys of a provider that the server can use.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<Key>);

/// One public key.
#[derive(Clone)]
struct Key {
    id: Option<String>,
    /// The key's only algorithm, if it names one.
    algorithm: Option<String>,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl KeySet {
    /// Parses a key set (RFC 7517). Keys of other types and uses are ignored.
    pub fn read(body: &[u8]) -> Result<Self, Unusable> {
        let answer = Answer::read("keys", body)?;
        let keys = answer.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or_else(|| answer.refuse("keys", "a list of keys"))?;
        Ok(Self(keys.iter().filter_map(Key::read).take(MAX_KEYS).collect()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `message` is signed by one of them: by the one with the token's key id, if both have ids.
    pub(super) fn have_signed(
        &self,
        message: &[u8],
        signature: &[u8],
        algorithm: Algorithm,
        id: Option<&str>,
    ) -> bool {
        let is_named = |key: &&Key| match (id, &key.id) {
            (Some(id), Some(key_id)) => id == key_id,
            _ => true,
        };
        let mut candidates = self.0.iter().filter(is_named);
        candidates.any(|key| key.has_signed(message, signature, algorithm))
    }
}

impl Key {
    fn read(json: &Value) -> Option<Self> {
        if json.get("use").and_then(Value::as_str).is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let text = |member: &str| json.get(member).and_then(Value::as_str);
        let bytes = |member: &str| BASE64.decode(text(member)?).ok();
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => Material::Rsa {
                n: without_leading_zeros(&bytes("n")?),
                e: without_leading_zeros(&bytes("e")?),
            },
            ("EC", Some("P-256")) => Material::P256(point::<32>(&bytes("x")?, &bytes("y")?)?),
            ("EC", Some("P-384")) => Material::P384(point::<48>(&bytes("x")?, &bytes("y")?)?),
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes("x")?),
            _ => return None,
        };
        Some(Self {
            id: json.get("kid").and_then(text_of),
            algorithm: text("alg").map(str::to_owned),
            material,
        })
    }

    fn has_signed(&self, message: &[u8], signature: &[u8], algorithm: Algorithm) -> bool {
        let declared = self.algorithm.as_deref();
        if declared.is_some_and(|declared| Algorithm::named(declared) != Some(algorithm)) {
            return false;
        }
        let verify = |by: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(by, key).verify(message, signature).is_ok()
        };
        match (&self.material, algorithm) {
            (Material::Rsa { n, e }, algorithm) => algorithm.of_rsa().is_some_and(|parameters| {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(parameters, message, signature).is_ok()
            }),
            (Material::P256(point), Algorithm::Es256) => {
                verify(&signature::ECDSA_P256_SHA256_FIXED, point)
            }
            (Material::P384(point), Algorithm::Es384) => {
                verify(&signature::ECDSA_P384_SHA384_FIXED, point)
            }
            (Material::Ed25519(key), Algorithm::EdDsa) => verify(&signature::ED25519, key),
            (Material::P256(_) | Material::P384(_) | Material::Ed25519(_), _) => false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Some providers write a zero byte before the modulus, as ASN.1 has it.
fn without_leading_zeros(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}

/// An uncompressed point. Some providers leave leading zeros of a coordinate out.
fn point<const N: usize>(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    let coordinate = |number: &[u8]| {
        let number = without_leading_zeros(number);
        let zeros = N.checked_sub(number.len())?;
        Some([vec![0; zeros], number].concat())
    };
    Some([vec![4], coordinate(x)?, coordinate(y)?].concat())
}

#[cfg(test)]
mod tests;
