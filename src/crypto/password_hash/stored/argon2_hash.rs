//! argon2id and argon2i.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier as _, Version};

use super::{Cost, Malformed};

/// The upper bounds of memory in KiB, passes and lanes (PW-1).
const MAX: (u32, u32, u32) = (256 * 1024, 10, 8);
/// The length of our salts.
const OWN_SALT: usize = 16;

/// A PHC string with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argon2Hash {
    hash: Box<PasswordHash>,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Argon2Hash {
    /// Reads a PHC string.
    pub(in super::super) fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed(
            "must be a PHC string: `$argon2id$` or `$argon2i$`, `v=19`, `m=…,t=…,p=…`, salt and hash.",
        );
        let hash = PasswordHash::new(text).map_err(|_| malformed)?;
        let params = Params::try_from(&hash).map_err(|_| malformed)?;
        let is_argon2 = matches!(
            Algorithm::try_from(hash.algorithm.as_str()),
            Ok(Algorithm::Argon2id | Algorithm::Argon2i)
        );
        let is_whole = hash.version == Some(Version::V0x13.into())
            && hash.salt.is_some()
            && hash.hash.is_some()
            && params.to_string() == hash.params.to_string()
            && params.keyid().is_empty()
            && params.data().is_empty();
        if !is_argon2 || !is_whole || hash.to_string() != text {
            return Err(malformed);
        }
        let (memory_kib, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
        if memory_kib > MAX.0 || passes > MAX.1 || lanes > MAX.2 {
            return Err(Malformed("is too expensive: at most m=262144, t=10, p=8."));
        }
        Ok(Self { hash: Box::new(hash), memory_kib, passes, lanes })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        Argon2::default().verify_password(password, self.hash.as_ref()).is_ok()
    }

    /// Whether it is argon2id with these parameters, and as long as our hashes.
    pub(super) fn is_made_with(&self, own: &Params) -> bool {
        let length = own.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        self.hash.algorithm == Algorithm::Argon2id.ident()
            && self.memory_kib == own.m_cost()
            && self.passes == own.t_cost()
            && self.lanes == own.p_cost()
            && self.hash.salt.is_some_and(|salt| salt.len() == OWN_SALT)
            && self.hash.hash.is_some_and(|hash| hash.len() == length)
    }

    /// Memory in KiB.
    pub(in super::super) fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub(in super::super) fn passes(&self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub(in super::super) fn lanes(&self) -> u32 {
        self.lanes
    }

    pub(super) fn cost(&self) -> Cost {
        Cost::argon2(self.memory_kib, self.passes)
    }
}

impl Cost {
    /// Each pass takes about a microsecond for each KiB.
    pub(in super::super) fn argon2(memory_kib: u32, passes: u32) -> Self {
        let memory_kib = u64::from(memory_kib);
        Self { micros: memory_kib.saturating_mul(passes.into()), memory_kib }
    }
}

impl fmt::Display for Argon2Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hash.fmt(f)
    }
}
