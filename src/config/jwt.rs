//! JWTs.

use std::time::Duration;

use serde::Deserialize;

use super::ConfigErrors;

/// The maximum lifetime of a JWT, in seconds.
const MAX_TTL_SECONDS: u32 = 900;
/// The longest time between two rotations, in days.
const MAX_ROTATION_DAYS: u16 = 3650;

/// The settings of JWTs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// How long a JWT is valid, in seconds.
    pub ttl_seconds: u32,
    /// How JWTs are signed, in projects without an algorithm of their own.
    pub algorithm: JwtAlgorithm,
    /// After how many days a new key begins to sign; never if 0.
    pub rotation_days: u16,
}

/// How JWTs are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum JwtAlgorithm {
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA with SHA-256 and the padding of PKCS #1 v1.5.
    #[serde(rename = "RS256")]
    Rs256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// HMAC with SHA-256, by a key that only the server has.
    #[serde(rename = "HS256")]
    Hs256,
}

impl JwtAlgorithm {
    /// Its name in headers of tokens.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }
}

impl Jwt {
    /// The time between two rotations; none if keys aren't rotated by age.
    pub fn rotation(&self) -> Option<Duration> {
        (self.rotation_days > 0)
            .then(|| Duration::from_hours(24).saturating_mul(self.rotation_days.into()))
    }

    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        let is_outside = !(1..=MAX_TTL_SECONDS).contains(&self.ttl_seconds);
        problems.when(is_outside, format!("jwt.ttl_seconds: not 1 to {MAX_TTL_SECONDS}"));
        let is_too_long = self.rotation_days > MAX_ROTATION_DAYS;
        problems.when(is_too_long, format!("jwt.rotation_days: not 0 to {MAX_ROTATION_DAYS}"));
    }
}
