//! Our own hashes: argon2id with the configured parameters.

use std::time::{Duration, Instant};

use anyhow::Context;
use argon2::password_hash::Error as HashError;
use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};

use super::average::Average;
use super::stored::{Cost, StoredHash};
use crate::config;
use crate::crypto::password::Password;
use crate::error::Result;

/// A salt that no user has.
const DUMMY_SALT: &[u8; 16] = b"nobody's salt...";
/// A hash that costs so many times as much as ours is slow.
const SLOW: u64 = 4;

/// Makes our hashes, and verifies all hashes.
pub(super) struct OwnHashes {
    argon2: Argon2<'static>,
    /// Verified if there is no stored hash, so that it takes as long.
    dummy: PasswordHash,
    durations: Average,
}

impl OwnHashes {
    pub(super) fn new(config: &config::password::Password) -> anyhow::Result<Self> {
        let params = Params::new(config.memory_kib, config.iterations, config.parallelism, None)
            .context("password: argon2 refuses these parameters")?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = dummy(&argon2).context("password: argon2 can't hash with these parameters")?;
        Ok(Self { argon2, dummy, durations: Average::default() })
    }

    /// Hashes a password.
    pub(super) fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String> {
        let hash = self.timed(|| self.argon2.hash_password_with_salt(password.as_bytes(), &salt));
        Ok(hash.context("a password could not be hashed")?.to_string())
    }

    /// Whether a stored hash is what [`Self::hash`] makes.
    pub(super) fn is_current(&self, stored: &StoredHash) -> bool {
        stored.is_current(self.argon2.params())
    }

    /// Whether a stored hash needs much more time or memory than ours.
    pub(super) fn is_slow(&self, stored: &StoredHash) -> bool {
        let own = self.argon2.params();
        let (stored, own) = (stored.cost(), Cost::argon2(own.m_cost(), own.t_cost()));
        stored.micros > own.micros.saturating_mul(SLOW)
            || stored.memory_kib > own.memory_kib.saturating_mul(SLOW)
    }

    /// Whether a password matches. If not, this has taken as long as for one of our hashes, unless the stored
    /// hash takes longer (EN-3).
    pub(super) fn verify(&self, password: &Password, stored: Option<&StoredHash>) -> bool {
        let Some(stored) = stored else {
            let _ = self.timed(|| self.argon2.verify_password(password.as_bytes(), &self.dummy));
            return false;
        };
        if self.is_current(stored) {
            return self.timed(|| stored.matches(password));
        }
        let started = Instant::now();
        let matches = stored.matches(password);
        if !matches {
            self.compute_remainder(started.elapsed());
        }
        matches
    }

    /// Computes for as long as one of our hashes takes, less the time that has passed.
    fn compute_remainder(&self, passed: Duration) {
        let own = self.argon2.params();
        let memory = remaining_memory(own.m_cost(), self.durations.micros(), passed);
        // Refused if less than argon2's minimum is left.
        if let Ok(params) = Params::new(memory, own.t_cost(), own.p_cost(), None) {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let _ = argon2.hash_password_with_salt(b"", DUMMY_SALT);
        }
    }

    fn timed<T>(&self, compute: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let computed = compute();
        self.durations.add(started.elapsed());
        computed
    }
}

/// The memory with which argon2 takes the remaining time: its time is proportional to its memory.
fn remaining_memory(memory: u32, usual_micros: u64, passed: Duration) -> u32 {
    let passed = u64::try_from(passed.as_micros()).unwrap_or(u64::MAX);
    let rest = u64::from(memory).saturating_mul(usual_micros.saturating_sub(passed));
    let rest = rest.checked_div(usual_micros).and_then(|rest| u32::try_from(rest).ok());
    rest.unwrap_or(memory)
}

/// A hash with today's parameters and a constant digest, which no password has. Verifying it costs the same.
fn dummy(argon2: &Argon2<'_>) -> Result<PasswordHash, HashError> {
    let digest = [0; Params::DEFAULT_OUTPUT_LEN];
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: argon2.params().try_into()?,
        salt: Some(Salt::new(DUMMY_SALT)?),
        hash: Some(Output::new(&digest)?),
    })
}

#[cfg(test)]
mod tests;
