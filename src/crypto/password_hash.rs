//! Hashes passwords with argon2id, a few at a time, and verifies these hashes and those of other systems.

use std::fmt;
use std::sync::Arc;

use tokio::sync::SemaphorePermit;

use crate::config;
use crate::crypto::password::Password;
use crate::error::Result;

mod average;
mod describe;
mod gate;
mod import;
mod own;
mod stored;

pub use describe::{HashDescription, HashOptions, describe};
pub use gate::QueueSlot;
pub use import::ScryptArguments;
pub use stored::{Malformed, StoredHash};

use gate::{Gate, Speed};
use own::OwnHashes;

/// Hashes and verifies passwords, at most as many at once as there are cores.
#[derive(Clone)]
pub struct PasswordHasher {
    own: Arc<OwnHashes>,
    gate: Arc<Gate>,
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasher").field("hashes", &self.hashes()).finish_non_exhaustive()
    }
}

/// The result of verifying the password of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It matches.
    Right,
    /// It matches, but the stored hash isn't argon2id with the configured parameters.
    Outdated {
        /// The hash to store from now on.
        replacement: String,
    },
    /// It doesn't match, or none is stored.
    Wrong,
}

impl PasswordHasher {
    /// Creates a hasher with the parameters of new hashes and the bounds of the queue.
    pub fn new(config: &config::password::Password) -> anyhow::Result<Self> {
        Ok(Self {
            own: Arc::new(OwnHashes::new(config)?),
            gate: Arc::new(Gate::new(config.concurrent, config.queue)?),
        })
    }

    /// Hashes a password with a random salt, for storing.
    pub async fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String> {
        let password = password.clone();
        self.run(self.enqueue()?, None, move |own, _| own.hash(&password, salt)).await?
    }

    /// Whether a password matches a stored hash. Every call costs one hash, also if none is stored or the
    /// stored one is malformed (EN-4).
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool> {
        let password = password.clone();
        let slot = self.enqueue()?;
        self.run(slot, stored, move |own, stored| own.verify(&password, stored)).await
    }

    /// The same for a sign-in, with a slot in the queue. A hash that is outdated is replaced, in the same
    /// turn.
    pub async fn verify_and_renew(
        &self,
        slot: QueueSlot,
        password: &Password,
        stored: Option<&str>,
        salt: [u8; 16],
    ) -> Result<Verified> {
        let password = password.clone();
        self.run(slot, stored, move |own, stored| {
            if !own.verify(&password, stored) {
                return Ok(Verified::Wrong);
            }
            if stored.is_some_and(|stored| own.is_current(stored)) {
                return Ok(Verified::Right);
            }
            Ok(Verified::Outdated { replacement: own.hash(&password, salt)? })
        })
        .await?
    }

    /// How many passwords were hashed or verified so far.
    pub fn hashes(&self) -> u64 {
        self.gate.hashes()
    }

    /// Enters the queue, before the database is read. Fails if the queue is full or the expected
    /// wait too long.
    pub fn enqueue(&self) -> Result<QueueSlot> {
        self.gate.enqueue()
    }

    /// How many passwords are waiting.
    pub fn waiting(&self) -> usize {
        self.gate.waiting()
    }

    /// How many passwords are hashed or verified now.
    pub fn running(&self) -> usize {
        self.gate.running()
    }

    /// How many were refused so far, because too many were waiting.
    pub fn refused(&self) -> u64 {
        self.gate.refused()
    }

    /// Blocks all hashes until the permit is dropped.
    pub async fn block(&self) -> Result<SemaphorePermit<'_>> {
        self.gate.block().await
    }

    /// Waits for a turn, then runs `compute` with the stored hash, if it can be read.
    async fn run<T: Send + 'static>(
        &self,
        slot: QueueSlot,
        stored: Option<&str>,
        compute: impl FnOnce(&OwnHashes, Option<&StoredHash>) -> T + Send + 'static,
    ) -> Result<T> {
        let own = Arc::clone(&self.own);
        let stored = stored.and_then(|text| StoredHash::parse(text).ok());
        let is_slow = stored.as_ref().is_some_and(|stored| own.is_slow(stored));
        let speed = if is_slow { Speed::Slow } else { Speed::Usual };
        self.gate.run(slot, speed, move || compute(&own, stored.as_ref())).await
    }
}

#[cfg(test)]
mod tests;
