//! The portable hashes of `PHPass`: repeated MD5, as in phpBB and older `WordPress`.

use std::fmt;
use std::ops::RangeInclusive;

use md5::{Digest, Md5};
use subtle::ConstantTimeEq as _;

use super::{Cost, Malformed};

/// The base 2 logarithms of the rounds that are accepted. 2^22 take about two seconds for the longest
/// password.
const LOG_ROUNDS: RangeInclusive<u32> = 7..=22;
/// The lengths of salt and digest in characters.
const SALT: usize = 8;
const DIGEST: usize = 22;
/// The digits of numbers, and of digests.
const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A portable hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhpassHash {
    text: String,
    log_rounds: u32,
    salt: String,
    digest: String,
}

impl PhpassHash {
    /// Reads `$P$` or `$H$`, a digit for the rounds, 8 characters of salt and 22 of the digest.
    pub(in super::super) fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed(
            "must be `$P$` or `$H$`, and 31 of the characters `.`, `/`, 0-9, A-Z and a-z.",
        );
        let fields = text.strip_prefix("$P$").or_else(|| text.strip_prefix("$H$"));
        let (rounds, fields) = fields.and_then(|it| it.split_at_checked(1)).ok_or(malformed)?;
        let (salt, digest) = fields.split_at_checked(SALT).ok_or(malformed)?;
        // The last digit has two bits, of 128.
        let is_digest = digest.len() == DIGEST
            && text.bytes().skip("$P$".len()).all(|byte| value(byte).is_some())
            && digest.bytes().next_back().and_then(value).is_some_and(|last| last < 4);
        if !is_digest {
            return Err(malformed);
        }
        let log_rounds = rounds.bytes().next().and_then(value).ok_or(malformed)?;
        if !LOG_ROUNDS.contains(&log_rounds) {
            return Err(Malformed("must have 2^7 to 2^22 rounds."));
        }
        Ok(Self {
            text: text.to_owned(),
            log_rounds,
            salt: salt.to_owned(),
            digest: digest.to_owned(),
        })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut digest = Md5::new().chain_update(&self.salt).chain_update(password).finalize();
        for _ in 0..1_u32.checked_shl(self.log_rounds).unwrap_or(u32::MAX) {
            digest = Md5::new().chain_update(digest).chain_update(password).finalize();
        }
        encode(&digest).as_bytes().ct_eq(self.digest.as_bytes()).into()
    }

    /// The base 2 logarithm of the rounds.
    pub(in super::super) fn log_rounds(&self) -> u32 {
        self.log_rounds
    }

    /// Two rounds take about a microsecond for a long password.
    pub(super) fn cost(&self) -> Cost {
        Cost { micros: 1_u64.checked_shl(self.log_rounds).unwrap_or(u64::MAX) / 2, memory_kib: 0 }
    }
}

/// The value of a digit.
fn value(digit: u8) -> Option<u32> {
    ALPHABET.iter().position(|it| *it == digit).and_then(|place| u32::try_from(place).ok())
}

/// Three bytes are a number of four digits. The first byte and the first digit are the lowest.
fn encode(digest: &[u8]) -> String {
    let mut text = String::with_capacity(DIGEST);
    for bytes in digest.chunks(3) {
        let mut number =
            bytes.iter().rev().fold(0_u32, |high, byte| (high << 8) | u32::from(*byte));
        for _ in 0..=bytes.len() {
            let place = usize::try_from(number % 64).unwrap_or(0);
            text.extend(ALPHABET.get(place).map(|digit| char::from(*digit)));
            number /= 64;
        }
    }
    text
}

impl fmt::Display for PhpassHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
