//! MD5 and the SHA family, once and without a salt.

use std::fmt;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use subtle::ConstantTimeEq as _;

use super::Malformed;

/// A digest of MD5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Md5Hash([u8; 16]);

/// A digest of one of the SHA family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShaHash {
    version: ShaVersion,
    digest: Vec<u8>,
}

/// The members of the SHA family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum ShaVersion {
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512/224.
    Sha512_224,
    /// SHA-512/256.
    Sha512_256,
    /// SHA-512.
    Sha512,
    /// SHA3-224.
    Sha3_224,
    /// SHA3-256.
    Sha3_256,
    /// SHA3-384.
    Sha3_384,
    /// SHA3-512.
    Sha3_512,
}

impl Md5Hash {
    /// Reads 32 hexadecimal digits in lower case.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        Self::from_hex(text).and_then(|hash| lower_case(text, hash))
    }

    /// Reads 32 hexadecimal digits.
    pub(in super::super) fn from_hex(text: &str) -> Result<Self, Malformed> {
        let mut digest = [0; 16];
        hex::decode_to_slice(text, &mut digest)
            .map_err(|_| Malformed("must be the 32 hexadecimal digits of an MD5 digest."))?;
        Ok(Self(digest))
    }

    /// The digest in hexadecimal digits.
    pub(in super::super) fn hex(&self) -> String {
        hex::encode(self.0)
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        Md5::digest(password).as_slice().ct_eq(&self.0).into()
    }
}

impl ShaHash {
    /// Reads `v=sha256$HEX`.
    pub(super) fn parse(fields: &str) -> Result<Self, Malformed> {
        let malformed =
            Malformed("must be `$sha$v=`, a version such as sha256, `$` and hexadecimal digits.");
        let fields = fields.strip_prefix("v=").and_then(|fields| fields.split_once('$'));
        let (name, text) = fields.ok_or(malformed)?;
        let version = ShaVersion::parse(name).filter(|version| version.name() == name);
        let hash = Self::from_hex(version.ok_or(malformed)?, text)?;
        lower_case(text, hash)
    }

    /// Reads the digits of a digest.
    pub(in super::super) fn from_hex(version: ShaVersion, text: &str) -> Result<Self, Malformed> {
        let digest = hex::decode(text).ok().filter(|digest| digest.len() == version.length());
        let digest = digest.ok_or(Malformed(
            "must be the hexadecimal digits of a digest, as many as its version has.",
        ))?;
        Ok(Self { version, digest })
    }

    /// The member of the family.
    pub(in super::super) fn version(&self) -> ShaVersion {
        self.version
    }

    /// The digest in hexadecimal digits.
    pub(in super::super) fn hex(&self) -> String {
        hex::encode(&self.digest)
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        self.version.digest(password).ct_eq(&self.digest).into()
    }
}

impl ShaVersion {
    /// All of them.
    pub(in super::super) const ALL: [Self; 11] = [
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512_224,
        Self::Sha512_256,
        Self::Sha512,
        Self::Sha3_224,
        Self::Sha3_256,
        Self::Sha3_384,
        Self::Sha3_512,
    ];

    /// Finds the version with this name, in any case.
    pub(in super::super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name().eq_ignore_ascii_case(name))
    }

    /// The name on the wire.
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512_224 => "sha512/224",
            Self::Sha512_256 => "sha512/256",
            Self::Sha512 => "sha512",
            Self::Sha3_224 => "sha3-224",
            Self::Sha3_256 => "sha3-256",
            Self::Sha3_384 => "sha3-384",
            Self::Sha3_512 => "sha3-512",
        }
    }

    /// The length of a digest in bytes.
    fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512_224 | Self::Sha3_224 => 28,
            Self::Sha256 | Self::Sha512_256 | Self::Sha3_256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 => 64,
        }
    }

    fn digest(self, password: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(password).to_vec(),
            Self::Sha224 => Sha224::digest(password).to_vec(),
            Self::Sha256 => Sha256::digest(password).to_vec(),
            Self::Sha384 => Sha384::digest(password).to_vec(),
            Self::Sha512_224 => Sha512_224::digest(password).to_vec(),
            Self::Sha512_256 => Sha512_256::digest(password).to_vec(),
            Self::Sha512 => Sha512::digest(password).to_vec(),
            Self::Sha3_224 => Sha3_224::digest(password).to_vec(),
            Self::Sha3_256 => Sha3_256::digest(password).to_vec(),
            Self::Sha3_384 => Sha3_384::digest(password).to_vec(),
            Self::Sha3_512 => Sha3_512::digest(password).to_vec(),
        }
    }
}

/// Refuses hexadecimal digits in upper case, which are never stored.
fn lower_case<T>(text: &str, hash: T) -> Result<T, Malformed> {
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    is_lower.then_some(hash).ok_or(Malformed("must be in lower case."))
}

impl fmt::Display for Md5Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$md5${}", self.hex())
    }
}

impl fmt::Display for ShaHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$sha$v={}${}", self.version.name(), self.hex())
    }
}
