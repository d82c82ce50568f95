//! Stored hashes: ours, and those of other systems. Each is one text that names its kind and parameters.

use std::fmt;
use std::ops::RangeInclusive;

use argon2::Params;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::crypto::password::Password;

pub(super) mod argon2_hash;
pub(super) mod bcrypt_hash;
pub(super) mod digest;
pub(super) mod firebase_scrypt;
pub(super) mod phpass;
pub(super) mod scrypt_hash;

use argon2_hash::Argon2Hash;
use bcrypt_hash::BcryptHash;
use digest::{Md5Hash, ShaHash};
use firebase_scrypt::FirebaseScryptHash;
use phpass::PhpassHash;
use scrypt_hash::ScryptHash;

/// The longest text that is read.
const MAX_LENGTH: usize = 1024;

/// A hash that passwords can be compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredHash {
    /// `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`, ours; or `$argon2i$…`.
    Argon2(Argon2Hash),
    /// `$2b$12$…`, `$2a$…` or `$2y$…`.
    Bcrypt(BcryptHash),
    /// `$md5$HEX`, without a salt.
    Md5(Md5Hash),
    /// `$sha$v=sha256$HEX`, without a salt.
    Sha(ShaHash),
    /// `$P$…` or `$H$…`: the portable hashes of `PHPass`.
    Phpass(PhpassHash),
    /// `$scrypt$ln=14,r=8,p=1$SALT$HASH`.
    Scrypt(ScryptHash),
    /// `$firebase-scrypt$ln=14,r=8,p=1$SALT$SEPARATOR$KEYSTREAM`.
    FirebaseScrypt(FirebaseScryptHash),
}

/// Why a text is no hash, as the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub(super) &'static str);

/// The cost of verifying a hash, roughly, on one core of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) micros: u64,
    pub(super) memory_kib: u64,
}

impl StoredHash {
    /// Reads a stored text. Only texts that [`ToString`] writes are valid, with parameters within the bounds.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let kind = text.strip_prefix('$').and_then(|text| text.split_once('$'));
        match kind.filter(|_| text.len() <= MAX_LENGTH) {
            Some(("argon2i" | "argon2id", _)) => Argon2Hash::parse(text).map(Self::Argon2),
            Some(("2a" | "2b" | "2y", _)) => BcryptHash::parse(text).map(Self::Bcrypt),
            Some(("md5", fields)) => Md5Hash::parse(fields).map(Self::Md5),
            Some(("sha", fields)) => ShaHash::parse(fields).map(Self::Sha),
            Some(("P" | "H", _)) => PhpassHash::parse(text).map(Self::Phpass),
            Some(("scrypt", fields)) => ScryptHash::parse(fields).map(Self::Scrypt),
            Some(("firebase-scrypt", fields)) => {
                FirebaseScryptHash::parse(fields).map(Self::FirebaseScrypt)
            }
            Some(_) | None => Err(Malformed("must be a hash of a known kind.")),
        }
    }

    /// Whether it is the hash of `password`. Digests are compared in constant time.
    pub(super) fn matches(&self, password: &Password) -> bool {
        match self {
            Self::Argon2(hash) => hash.matches(password.as_bytes()),
            // Other systems have hashed what was typed.
            Self::Bcrypt(hash) => hash.matches(password.as_typed()),
            Self::Md5(hash) => hash.matches(password.as_typed()),
            Self::Sha(hash) => hash.matches(password.as_typed()),
            Self::Phpass(hash) => hash.matches(password.as_typed()),
            Self::Scrypt(hash) => hash.matches(password.as_typed()),
            Self::FirebaseScrypt(hash) => hash.matches(password.as_typed()),
        }
    }

    /// Whether it is one of the server's own with these parameters. All others are replaced at the next sign-in, also
    /// those that cost more: then all sign-ins take as long.
    pub(super) fn is_current(&self, own: &Params) -> bool {
        match self {
            Self::Argon2(hash) => hash.is_made_with(own),
            Self::Bcrypt(_)
            | Self::Md5(_)
            | Self::Sha(_)
            | Self::Phpass(_)
            | Self::Scrypt(_)
            | Self::FirebaseScrypt(_) => false,
        }
    }

    /// The cost of [`Self::matches`].
    pub(super) fn cost(&self) -> Cost {
        match self {
            Self::Argon2(hash) => hash.cost(),
            Self::Bcrypt(hash) => hash.cost(),
            Self::Md5(_) | Self::Sha(_) => Cost { micros: 1, memory_kib: 0 },
            Self::Phpass(hash) => hash.cost(),
            Self::Scrypt(hash) => hash.params().cost(),
            Self::FirebaseScrypt(hash) => hash.params().cost(),
        }
    }
}

impl fmt::Display for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argon2(hash) => hash.fmt(f),
            Self::Bcrypt(hash) => hash.fmt(f),
            Self::Md5(hash) => hash.fmt(f),
            Self::Sha(hash) => hash.fmt(f),
            Self::Phpass(hash) => hash.fmt(f),
            Self::Scrypt(hash) => hash.fmt(f),
            Self::FirebaseScrypt(hash) => hash.fmt(f),
        }
    }
}

/// Reads bytes in base64, without padding. The text must be the only one for these bytes.
fn base64_field(text: &str, lengths: RangeInclusive<usize>) -> Result<Vec<u8>, Malformed> {
    let bytes = STANDARD_NO_PAD.decode(text).ok().filter(|bytes| lengths.contains(&bytes.len()));
    bytes.ok_or(Malformed("has a malformed field: base64 of the right length is expected."))
}

/// Writes bytes in base64, without padding.
fn base64_text(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Reads a number without sign or leading zeros.
fn decimal(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

#[cfg(test)]
mod tests;
