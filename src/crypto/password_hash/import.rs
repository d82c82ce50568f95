//! Hashes of other systems, as the arguments of the Users API have them.

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};

use super::stored::argon2_hash::Argon2Hash;
use super::stored::bcrypt_hash::BcryptHash;
use super::stored::digest::{Md5Hash, ShaHash, ShaVersion};
use super::stored::firebase_scrypt::{FirebaseScryptHash, KEYS};
use super::stored::phpass::PhpassHash;
use super::stored::scrypt_hash::{DIGESTS, ScryptHash, ScryptParams};
use super::stored::{Malformed, StoredHash};
use crate::error::{Error, Result};

/// The longest salt, separator or signer key, in characters.
const MAX_TEXT: usize = 128;
/// What the Users API says nothing about, since Firebase has had no others: N, block size and parallelism.
const FIREBASE: (u8, u32, u32) = (14, 8, 1);

/// Base64 as exports have it: with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The arguments of scrypt, named as on the wire: `cpu` is N, `memory` the block size r.
#[derive(Clone, Copy, Debug)]
pub struct ScryptArguments<'a> {
    /// The salt, whose bytes go into the hash as they are.
    pub salt: &'a str,
    /// N.
    pub cpu: i32,
    /// r.
    pub memory: i32,
    /// p.
    pub parallel: i32,
    /// The length of the hash in bytes.
    pub length: i32,
}

/// Each names the argument that is invalid.
impl StoredHash {
    /// A PHC string of argon2id or argon2i.
    pub fn argon2(password: &str) -> Result<Self> {
        Argon2Hash::parse(password).map(Self::Argon2).map_err(|error| error.of("password"))
    }

    /// A hash of bcrypt.
    pub fn bcrypt(password: &str) -> Result<Self> {
        BcryptHash::parse(password).map(Self::Bcrypt).map_err(|error| error.of("password"))
    }

    /// A digest of MD5, in hexadecimal digits.
    pub fn md5(password: &str) -> Result<Self> {
        Md5Hash::from_hex(password).map(Self::Md5).map_err(|error| error.of("password"))
    }

    /// A digest of the SHA family, in hexadecimal digits; without a version of SHA-256.
    pub fn sha(password: &str, version: Option<&str>) -> Result<Self> {
        let version = version.map_or(Some(ShaVersion::Sha256), ShaVersion::parse);
        let version = version.ok_or_else(|| {
            let names = ShaVersion::ALL.map(ShaVersion::name).join(", ");
            Error::argument("passwordVersion", format!("must be one of {names}."))
        })?;
        ShaHash::from_hex(version, password).map(Self::Sha).map_err(|error| error.of("password"))
    }

    /// A portable hash of `PHPass`, or one of bcrypt, which `PHPass` prefers.
    pub fn phpass(password: &str) -> Result<Self> {
        if password.starts_with("$2") {
            return Self::bcrypt(password);
        }
        PhpassHash::parse(password).map(Self::Phpass).map_err(|error| error.of("password"))
    }

    /// A hash of scrypt, in hexadecimal digits.
    pub fn scrypt(password: &str, arguments: ScryptArguments<'_>) -> Result<Self> {
        let ScryptArguments { salt, cpu, memory, parallel, length } = arguments;
        text("passwordSalt", salt)?;
        let n = u32::try_from(cpu).ok().filter(|n| *n > 1 && n.is_power_of_two());
        let log_n = n.and_then(|n| u8::try_from(n.trailing_zeros()).ok()).ok_or_else(|| {
            Error::argument("passwordCpu", "must be a power of two, and at least 2.")
        })?;
        let r = at_least_one("passwordMemory", memory)?;
        let p = at_least_one("passwordParallel", parallel)?;
        let length = usize::try_from(length).ok().filter(|length| DIGESTS.contains(length));
        let length = length
            .ok_or_else(|| Error::argument("passwordLength", "must be between 16 and 128."))?;
        // What is too expensive with the usual block size, or without parallelism, is so by itself.
        ScryptParams::new(log_n, r.min(8), 1).map_err(|error| error.of("passwordCpu"))?;
        ScryptParams::new(log_n, r, 1).map_err(|error| error.of("passwordMemory"))?;
        let params =
            ScryptParams::new(log_n, r, p).map_err(|error| error.of("passwordParallel"))?;
        let digest = hex::decode(password).ok().filter(|digest| digest.len() == length);
        let digest = digest.ok_or_else(|| {
            Error::argument(
                "password",
                "must be twice as many hexadecimal digits as passwordLength.",
            )
        })?;
        Ok(Self::Scrypt(ScryptHash::new(params, salt, digest)))
    }

    /// A hash of Firebase, with the project's parameters, all in base64. Exports of the Admin SDK have the
    /// alphabet for URLs, others the usual one: both are accepted.
    pub fn firebase_scrypt(
        password: &str,
        salt: &str,
        separator: &str,
        signer_key: &str,
    ) -> Result<Self> {
        let salt = base64("passwordSalt", salt)?;
        let separator = base64("passwordSaltSeparator", separator)?;
        let signer_key = base64("passwordSignerKey", signer_key)?;
        if !KEYS.contains(&signer_key.len()) {
            return Err(Error::argument("passwordSignerKey", "must have at least 16 bytes."));
        }
        let hash = base64("password", password)?;
        let (log_n, r, p) = FIREBASE;
        let params = ScryptParams::new(log_n, r, p).map_err(|error| error.of("password"))?;
        let hash = FirebaseScryptHash::new(params, salt, separator, &hash, &signer_key);
        let hash = hash.ok_or_else(|| {
            Error::argument("password", "must have as many bytes as the signer key.")
        })?;
        Ok(Self::FirebaseScrypt(hash))
    }
}

impl Malformed {
    /// The error for the argument that is malformed.
    pub fn of(self, argument: &'static str) -> Error {
        Error::argument(argument, self.to_string())
    }
}

fn text<'a>(argument: &'static str, text: &'a str) -> Result<&'a str> {
    match text.chars().count() {
        1..=MAX_TEXT => Ok(text),
        _ => Err(Error::argument(argument, "must have 1 to 128 characters.")),
    }
}

fn at_least_one(argument: &'static str, number: i32) -> Result<u32> {
    let number = u32::try_from(number).ok().filter(|number| *number > 0);
    number.ok_or_else(|| Error::argument(argument, "must be at least 1."))
}

fn base64(argument: &'static str, value: &str) -> Result<Vec<u8>> {
    let value = text(argument, value)?.replace('-', "+").replace('_', "/");
    BASE64.decode(value).map_err(|_| Error::argument(argument, "must be base64."))
}

#[cfg(test)]
mod tests;
