//! Firebase's scrypt: scrypt makes a key, and the hash is the project's signer key, encrypted with that.

use std::fmt;
use std::ops::RangeInclusive;

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use subtle::ConstantTimeEq as _;

use super::scrypt_hash::ScryptParams;
use super::{Malformed, base64_field, base64_text};

/// The lengths of salt and separator in bytes: 128 characters of base64 have up to 96.
const SALTS: RangeInclusive<usize> = 1..=96;
/// The lengths of hash and signer key in bytes; Firebase's have 64.
pub(in super::super) const KEYS: RangeInclusive<usize> = 16..=96;

/// A hash without the signer key. AES in counter mode adds a stream of bytes to it that depends on the
/// password and the salt only. This stream is what is stored, because the signer key is a secret of the whole
/// Firebase project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirebaseScryptHash {
    params: ScryptParams,
    salt: Vec<u8>,
    separator: Vec<u8>,
    keystream: Vec<u8>,
}

impl FirebaseScryptHash {
    /// Reads `ln=14,r=8,p=1$SALT$SEPARATOR$KEYSTREAM`.
    pub(super) fn parse(fields: &str) -> Result<Self, Malformed> {
        let mut fields = fields.splitn(4, '$');
        let mut field = || {
            fields.next().ok_or(Malformed(
                "must be `$firebase-scrypt$ln=…,r=…,p=…$`, the salt, the separator and the key stream.",
            ))
        };
        Ok(Self {
            params: ScryptParams::parse(field()?)?,
            salt: base64_field(field()?, SALTS)?,
            separator: base64_field(field()?, SALTS)?,
            keystream: base64_field(field()?, KEYS)?,
        })
    }

    /// A hash as Firebase exports it. None if the signer key has another length than the hash.
    pub(in super::super) fn new(
        params: ScryptParams,
        salt: Vec<u8>,
        separator: Vec<u8>,
        hash: &[u8],
        signer_key: &[u8],
    ) -> Option<Self> {
        let keystream = hash.iter().zip(signer_key).map(|(hash, key)| hash ^ key).collect();
        (hash.len() == signer_key.len()).then_some(Self { params, salt, separator, keystream })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut key = [0; 32];
        let salt = [self.salt.as_slice(), &self.separator].concat();
        let is_derived = self.params.derive(password, &salt, &mut key);
        let mut keystream = vec![0; self.keystream.len()];
        let mut cipher = Ctr128BE::<Aes256>::new(&key.into(), &[0_u8; 16].into());
        cipher.apply_keystream(&mut keystream);
        is_derived && keystream.ct_eq(&self.keystream).into()
    }

    /// The parameters.
    pub(in super::super) fn params(&self) -> ScryptParams {
        self.params
    }

    /// The user's salt.
    pub(in super::super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// The project's salt separator.
    pub(in super::super) fn separator(&self) -> &[u8] {
        &self.separator
    }

    /// The hash that a signer key of zeros makes.
    pub(in super::super) fn keystream(&self) -> &[u8] {
        &self.keystream
    }
}

impl fmt::Display for FirebaseScryptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [salt, separator, keystream] =
            [&self.salt, &self.separator, &self.keystream].map(|field| base64_text(field));
        write!(f, "$firebase-scrypt${}${salt}${separator}${keystream}", self.params)
    }
}
