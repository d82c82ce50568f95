//! bcrypt.

use std::fmt;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;

use super::{Cost, Malformed, decimal};

/// The base 2 logarithms of the rounds that are accepted. 2^15 take about two seconds.
const COSTS: RangeInclusive<u32> = 4..=15;
/// The lengths of salt and digest in characters and bytes.
const SALT: (usize, usize) = (22, 16);
const DIGEST: (usize, usize) = (31, 23);

/// Characters of bcrypt's own base64.
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD);

/// A hash in the form of crypt(3), with its cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BcryptHash {
    text: String,
    log_rounds: u32,
}

impl BcryptHash {
    /// Reads `$2b$`, `$2a$` or `$2y$`, a cost of two digits, and 53 characters of salt and digest.
    pub(in super::super) fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed(
            "must be `$2a$`, `$2b$` or `$2y$`, a cost of two digits, `$` and 53 characters.",
        );
        let (version, fields) =
            text.strip_prefix('$').and_then(|text| text.split_once('$')).ok_or(malformed)?;
        let (cost, fields) = fields.split_once('$').ok_or(malformed)?;
        let log_rounds = decimal(cost.strip_prefix('0').unwrap_or(cost)).ok_or(malformed)?;
        let (salt, digest) = fields.split_at_checked(SALT.0).ok_or(malformed)?;
        let is_base64 = |text: &str, (characters, bytes): (usize, usize)| {
            text.len() == characters && BASE64.decode(text).is_ok_and(|it| it.len() == bytes)
        };
        let is_bcrypt = matches!(version, "2a" | "2b" | "2y") && cost.len() == 2;
        if !is_bcrypt || !is_base64(salt, SALT) || !is_base64(digest, DIGEST) {
            return Err(malformed);
        }
        if !COSTS.contains(&log_rounds) {
            return Err(Malformed("must have a cost of 4 to 15."));
        }
        Ok(Self { text: text.to_owned(), log_rounds })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        bcrypt::verify(password, &self.text).unwrap_or(false)
    }

    /// The base 2 logarithm of the rounds.
    pub(in super::super) fn log_rounds(&self) -> u32 {
        self.log_rounds
    }

    /// A round takes about 60 microseconds.
    pub(super) fn cost(&self) -> Cost {
        Cost { micros: 60_u64.checked_shl(self.log_rounds).unwrap_or(u64::MAX), memory_kib: 4 }
    }
}

impl fmt::Display for BcryptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
