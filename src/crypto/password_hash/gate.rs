//! The gate before all hashes: each needs a core and much memory, so few are computed at once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::average::Average;
use crate::error::{Error, Result};
use crate::metrics::Counter;
use crate::own_runtime::OwnRuntime;

mod threads;

/// The longest wait for a hash (PW-5).
const TIMEOUT: Duration = Duration::from_secs(1);
/// If the expected wait is longer than this, a request is rejected at once instead of after the wait (AV-1,
/// AV-2).
const MAX_EXPECTED_WAIT: Duration = Duration::from_millis(600);

/// Slow hashes have this part of the queue, beside it.
const SLOW_PART: usize = 8;

/// Lets a few hashes run at once, and some more wait.
pub(super) struct Gate {
    permits: Arc<Semaphore>,
    all_permits: u32,
    /// Half of them: slow hashes leave room for the others.
    slow_permits: Arc<Semaphore>,
    /// How many may wait.
    queue: usize,
    waiting: AtomicUsize,
    /// How many slow ones may wait for one of their permits.
    slow_queue: usize,
    slow_waiting: AtomicUsize,
    hashes: AtomicU64,
    refused: Counter,
    durations: Average,
    /// The threads that compute them.
    threads: OwnRuntime,
}

/// How long a hash takes, compared with ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speed {
    /// About as long, or less.
    Usual,
    /// Much longer, or it needs much more memory.
    Slow,
}

impl Gate {
    /// A gate that lets `concurrent` hashes run at once, by default as many as there are cores.
    pub(super) fn new(concurrent: Option<usize>, queue: usize) -> anyhow::Result<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        let concurrent = concurrent.unwrap_or(cores);
        let all_permits = u32::try_from(concurrent).unwrap_or(1);
        let permits = |count: u32| Arc::new(Semaphore::new(count.try_into().unwrap_or(1)));
        Ok(Self {
            permits: permits(all_permits),
            all_permits,
            slow_permits: permits((all_permits / 2).max(1)),
            queue,
            waiting: AtomicUsize::new(0),
            slow_queue: queue / SLOW_PART,
            slow_waiting: AtomicUsize::new(0),
            hashes: AtomicU64::new(0),
            refused: Counter::default(),
            durations: Average::default(),
            threads: threads::start(concurrent)?,
        })
    }

    /// How many were computed so far.
    pub(super) fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::SeqCst)
    }

    /// How many are waiting.
    pub(super) fn waiting(&self) -> usize {
        let slow = self.slow_waiting.load(Ordering::SeqCst);
        self.waiting.load(Ordering::SeqCst).saturating_add(slow)
    }

    /// How many run.
    pub(super) fn running(&self) -> usize {
        let all = usize::try_from(self.all_permits).unwrap_or(usize::MAX);
        all.saturating_sub(self.permits.available_permits())
    }

    /// How many were refused so far, because too many were waiting.
    pub(super) fn refused(&self) -> u64 {
        self.refused.get()
    }

    /// Refuses one.
    fn refuse(&self) -> Error {
        self.refused.count();
        Error::GeneralServerBusy
    }

    /// Enters the queue. Fails if it is full, or the expected wait too long.
    pub(super) fn enqueue(self: &Arc<Self>) -> Result<QueueSlot> {
        let (slot, before) = self.enter(Speed::Usual);
        if self.has_room(before) { Ok(slot) } else { Err(self.refuse()) }
    }

    /// Leaves the queue, and enters that of slow hashes, so that a flood of these refuses no others. Fails if that queue
    /// is full.
    fn enqueue_slow(self: &Arc<Self>, slot: QueueSlot) -> Result<QueueSlot> {
        drop(slot);
        let (slot, before) = self.enter(Speed::Slow);
        let room = self.slow_queue.saturating_add(self.slow_permits.available_permits());
        if before < room { Ok(slot) } else { Err(self.refuse()) }
    }

    /// A slot, and how many were waiting before.
    fn enter(self: &Arc<Self>, speed: Speed) -> (QueueSlot, usize) {
        let slot = QueueSlot { gate: Arc::clone(self), speed };
        let before = self.count_of(speed).fetch_add(1, Ordering::SeqCst);
        (slot, before)
    }

    fn count_of(&self, speed: Speed) -> &AtomicUsize {
        match speed {
            Speed::Usual => &self.waiting,
            Speed::Slow => &self.slow_waiting,
        }
    }

    /// Blocks all hashes until the permit is dropped.
    pub(super) async fn block(&self) -> Result<SemaphorePermit<'_>> {
        let all = self.permits.acquire_many(self.all_permits).await;
        Ok(all.context("the password gate is closed")?)
    }

    /// Waits for a permit, then computes on a thread of low priority.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        slot: QueueSlot,
        speed: Speed,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let gate = Arc::clone(self);
        let permits = async {
            let slow_permit = match speed {
                Speed::Usual => None,
                Speed::Slow => Some(Arc::clone(&gate.slow_permits).acquire_owned().await?),
            };
            Ok::<_, anyhow::Error>((slow_permit, Arc::clone(&gate.permits).acquire_owned().await?))
        };
        let permits = {
            let _slot = match speed {
                Speed::Usual => slot,
                Speed::Slow => self.enqueue_slow(slot)?,
            };
            let permits = timeout(TIMEOUT, permits).await.map_err(|_| self.refuse())?;
            permits.context("the password gate is closed")?
        };
        // If the caller goes away, the hash continues and keeps its permits.
        let computed = self.threads.handle().spawn_blocking(move || {
            let _permits = permits;
            gate.hashes.fetch_add(1, Ordering::SeqCst);
            let started = Instant::now();
            let computed = compute();
            // Slow ones have permits of their own, and don't count for the expected wait.
            match speed {
                Speed::Usual => gate.durations.add(started.elapsed()),
                Speed::Slow => {}
            }
            computed
        });
        Ok(computed.await.context("hashing a password failed")?)
    }

    /// Whether one more may wait or start.
    fn has_room(&self, waiting: usize) -> bool {
        let free = self.permits.available_permits();
        waiting < free
            || waiting < self.queue.saturating_add(free) && self.wait(waiting) <= MAX_EXPECTED_WAIT
    }

    /// The expected wait of the next password.
    fn wait(&self, waiting: usize) -> Duration {
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        let micros = self.durations.micros().saturating_mul(waiting);
        Duration::from_micros(micros.checked_div(u64::from(self.all_permits)).unwrap_or(0))
    }
}

/// A slot in a queue, released when dropped.
pub struct QueueSlot {
    gate: Arc<Gate>,
    speed: Speed,
}

impl fmt::Debug for QueueSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueueSlot").finish_non_exhaustive()
    }
}

impl Drop for QueueSlot {
    fn drop(&mut self) {
        self.gate.count_of(self.speed).fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
