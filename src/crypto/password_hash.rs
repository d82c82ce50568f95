//! Hashes passwords with argon2id, a few at a time: each hash needs a core and much memory.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::Context;
use argon2::password_hash::Error as HashError;
use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier, Version};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::config;
use crate::crypto::password::Password;
use crate::error::{Error, Result};

/// The longest wait for a hash (PW-5).
const TIMEOUT: Duration = Duration::from_secs(1);
/// If the expected wait is longer than this, a request is rejected at once instead of after the wait (AV-1,
/// AV-2).
const MAX_EXPECTED_WAIT: Duration = Duration::from_millis(600);
/// The maximum cost of a stored hash that is verified: memory in KiB, passes, lanes (PW-1).
const COSTLIEST: (u32, u32, u32) = (256 * 1024, 10, 8);

/// Hashes and verifies passwords, at most as many at once as there are cores.
#[derive(Clone)]
pub struct PasswordHasher(Arc<Gate>);

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasher").field("hashes", &self.hashes()).finish_non_exhaustive()
    }
}

struct Gate {
    argon2: Argon2<'static>,
    /// Verified if there is no stored hash, so that it takes as long.
    dummy: PasswordHash,
    permits: Arc<Semaphore>,
    all_permits: u32,
    queue: usize,
    waiting: AtomicUsize,
    hashes: AtomicU64,
    /// The moving average of a hash's duration, in microseconds.
    hash_micros: AtomicU64,
}

/// The result of verifying a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It matches.
    Right,
    /// It matches, but the stored hash is cheaper than configured.
    RightButWeak,
    /// It doesn't match, or none is stored.
    Wrong,
}

impl PasswordHasher {
    /// Creates a hasher with the parameters of new hashes and the bounds of the queue.
    pub fn new(config: &config::password::Password) -> anyhow::Result<Self> {
        let params = Params::new(config.memory_kib, config.iterations, config.parallelism, None)
            .context("password: argon2 refuses these parameters")?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = dummy(&argon2).context("password: argon2 can't hash with these parameters")?;
        let cores = available_parallelism().map_or(1, usize::from);
        let all_permits = u32::try_from(config.concurrent.unwrap_or(cores)).unwrap_or(1);
        Ok(Self(Arc::new(Gate {
            argon2,
            dummy,
            permits: Arc::new(Semaphore::new(all_permits.try_into().unwrap_or(1))),
            all_permits,
            queue: config.queue,
            waiting: AtomicUsize::new(0),
            hashes: AtomicU64::new(0),
            hash_micros: AtomicU64::new(0),
        })))
    }

    /// Hashes a password with a random salt, for storing.
    pub async fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String> {
        let password = password.clone();
        self.run(self.take_place()?, move |gate| {
            let hash = gate.argon2.hash_password_with_salt(password.as_bytes(), &salt);
            Ok(hash.context("a password could not be hashed")?.to_string())
        })
        .await?
    }

    /// Compares a password with a stored hash. Every call costs one hash, also if none is stored or the
    /// stored one is rejected (EN-4).
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<Verified> {
        self.verify_at(self.take_place()?, password, stored).await
    }

    /// The same, with a place in the queue.
    pub async fn verify_at(
        &self,
        place: Place,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<Verified> {
        let password = password.clone();
        let stored = stored.and_then(|stored| PasswordHash::new(stored).ok()).filter(is_affordable);
        self.run(place, move |gate| {
            if let Some(stored) = stored {
                match gate.argon2.verify_password(password.as_bytes(), &stored) {
                    Ok(()) if gate.is_weak(&stored) => return Verified::RightButWeak,
                    Ok(()) => return Verified::Right,
                    Err(HashError::PasswordInvalid) => return Verified::Wrong,
                    // Rejected before a hash was computed, for its salt or version.
                    Err(_) => {}
                }
            }
            let _ = gate.argon2.verify_password(password.as_bytes(), &gate.dummy);
            Verified::Wrong
        })
        .await
    }

    /// How many hashes were computed so far.
    pub fn hashes(&self) -> u64 {
        self.0.hashes.load(Ordering::SeqCst)
    }

    /// Takes a place in the queue, before the database is read. Fails if the queue is full or the expected
    /// wait too long.
    pub fn take_place(&self) -> Result<Place> {
        let place = Place(Arc::clone(&self.0));
        let before = self.0.waiting.fetch_add(1, Ordering::SeqCst);
        if self.0.has_room(before) { Ok(place) } else { Err(Error::GeneralServerBusy) }
    }

    /// How many passwords are waiting.
    pub fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::SeqCst)
    }

    /// Blocks all hashes until the permit is dropped.
    pub async fn block(&self) -> Result<SemaphorePermit<'_>> {
        let all = self.0.permits.acquire_many(self.0.all_permits).await;
        Ok(all.context("the password gate is closed")?)
    }

    /// Waits for a permit, then hashes on a blocking thread.
    async fn run<T: Send + 'static>(
        &self,
        place: Place,
        compute: impl FnOnce(&Gate) -> T + Send + 'static,
    ) -> Result<T> {
        let gate = Arc::clone(&self.0);
        let permit = {
            let _place = place;
            let turn = timeout(TIMEOUT, Arc::clone(&gate.permits).acquire_owned()).await;
            turn.map_err(|_| Error::GeneralServerBusy)?.context("the password gate is closed")?
        };
        // If the caller goes away, the hash continues and keeps the permit.
        let computed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            gate.hashes.fetch_add(1, Ordering::SeqCst);
            let started = Instant::now();
            let computed = compute(&gate);
            gate.note_time(started.elapsed());
            computed
        })
        .await;
        Ok(computed.context("hashing a password failed")?)
    }
}

impl Gate {
    /// Whether one more may wait or start.
    fn has_room(&self, waiting: usize) -> bool {
        let free = self.permits.available_permits();
        waiting < free
            || waiting < self.queue.saturating_add(free) && self.wait(waiting) <= MAX_EXPECTED_WAIT
    }

    /// The expected wait of the next password.
    fn wait(&self, waiting: usize) -> Duration {
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        let micros = self.hash_micros.load(Ordering::Relaxed).saturating_mul(waiting);
        Duration::from_micros(micros.checked_div(u64::from(self.all_permits)).unwrap_or(0))
    }

    /// Updates the average, with a weight of one eighth. The first hash sets it.
    fn note_time(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let _ = self.hash_micros.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |average| {
            Some(if average == 0 {
                took
            } else {
                (average / 8).saturating_mul(7).saturating_add(took / 8)
            })
        });
    }

    /// Whether a hash is cheaper than configured.
    fn is_weak(&self, stored: &PasswordHash) -> bool {
        let today = self.argon2.params();
        Params::try_from(stored).is_ok_and(|stored| {
            stored.m_cost() < today.m_cost()
                || stored.t_cost() < today.t_cost()
                || stored.p_cost() < today.p_cost()
        })
    }
}

/// A hash with today's parameters and a constant digest, which no password has. Verifying it costs the same.
fn dummy(argon2: &Argon2<'_>) -> Result<PasswordHash, HashError> {
    let digest = [0; Params::DEFAULT_OUTPUT_LEN];
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: argon2.params().try_into()?,
        salt: Some(Salt::new(b"nobody's salt...")?),
        hash: Some(Output::new(&digest)?),
    })
}

/// Whether a stored hash is well-formed and not too expensive.
fn is_affordable(stored: &PasswordHash) -> bool {
    let (memory, passes, lanes) = COSTLIEST;
    let params = Params::try_from(stored);
    stored.algorithm.as_str() == "argon2id"
        && stored.hash.is_some()
        && params.is_ok_and(|params| {
            params.m_cost() <= memory && params.t_cost() <= passes && params.p_cost() <= lanes
        })
}

/// A place in the queue, released when dropped.
pub struct Place(Arc<Gate>);

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").finish_non_exhaustive()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
