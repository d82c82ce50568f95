//! Decides whether Redis can be trusted to decide alone, by how long it takes to respond.
//!
//! Each process calls Redis in a steady beat. An instance that gets no answer within its time limit grants
//! calls that Redis may not know of. The others have then waited nearly as long for the same Redis, and
//! don't trust Redis alone until there was time to write what was granted. Such a span is an epoch.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long after a stutter instances may take to write what they granted. They all do within a beat; this
/// is longer, so that stutters in a row are one epoch.
const SETTLE: Duration = Duration::from_millis(250);

/// How Redis has responded lately.
#[derive(Debug)]
pub(super) struct Link {
    time_limit: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the unanswered beat was sent.
    called_at: Option<Instant>,
    /// Whether there is no connection.
    is_lost: bool,
    /// Until when Redis doesn't decide alone.
    unsettled_until: Option<Instant>,
    /// The number of the current epoch, or of the last one.
    epoch: u32,
}

impl Link {
    pub(super) fn new(time_limit: Duration) -> Self {
        Self { time_limit, state: Mutex::default() }
    }

    /// Records that a beat was sent.
    pub(super) fn called(&self, now: Instant) {
        self.lock().called_at.get_or_insert(now);
    }

    /// Records that the beat was answered.
    pub(super) fn answered(&self, now: Instant) {
        let mut state = self.lock();
        let is_back = std::mem::take(&mut state.is_lost);
        if is_back || self.is_slow(state.called_at, now) {
            state.unsettle(now);
        }
        state.called_at = None;
    }

    /// Records that there is no connection.
    pub(super) fn lost(&self, now: Instant) {
        let mut state = self.lock();
        (state.is_lost, state.called_at) = (true, None);
        state.unsettle(now);
    }

    /// Whether calling Redis is pointless: it already keeps this process waiting.
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        let state = self.lock();
        let waited = state.called_at.map(|called_at| now.saturating_duration_since(called_at));
        state.is_lost || waited.is_some_and(|waited| waited >= self.time_limit)
    }

    /// The epoch in which the process decides alone, because Redis didn't respond in time.
    pub(super) fn epoch(&self, now: Instant) -> u32 {
        self.lock().unsettle(now)
    }

    /// The epoch of an answer to a call that was sent at `sent_at`; none if Redis decides alone.
    pub(super) fn epoch_of_answer(&self, sent_at: Instant, now: Instant) -> Option<u32> {
        let mut state = self.lock();
        if state.is_lost || self.is_slow(Some(sent_at), now) || self.is_slow(state.called_at, now) {
            return Some(state.unsettle(now));
        }
        state.is_unsettled(now).then_some(state.epoch)
    }

    /// Whether another instance, with a slightly later call, may have timed out by now.
    fn is_slow(&self, called_at: Option<Instant>, now: Instant) -> bool {
        let slow = self.time_limit.mul_f64(0.6);
        called_at.is_some_and(|called_at| now.saturating_duration_since(called_at) >= slow)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_unsettled(&self, now: Instant) -> bool {
        self.unsettled_until.is_some_and(|until| now < until)
    }

    fn unsettle(&mut self, now: Instant) -> u32 {
        if !self.is_unsettled(now) {
            self.epoch = self.epoch.wrapping_add(1);
        }
        self.unsettled_until = now.checked_add(SETTLE);
        self.epoch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// RL-9: after a wait nearly as long as the others' time limit, Redis is trusted again only after they
    /// have had time to write.
    #[test]
    fn a_stutter_is_an_epoch() {
        let link = Link::new(MS * 50);
        let start = Instant::now();
        assert_eq!(link.epoch_of_answer(start, start + MS * 29), None);

        link.called(start + MS * 30);
        assert!(!link.is_silent(start + MS * 79));
        assert!(link.is_silent(start + MS * 80));
        // Called just before the end, and answered in no time; the beat waits for longer.
        assert_eq!(link.epoch_of_answer(start + MS * 99, start + MS * 100), Some(1));
        link.answered(start + MS * 100);

        assert_eq!(link.epoch(start + MS * 200), 1);
        assert_eq!(link.epoch_of_answer(start + MS * 448, start + MS * 449), Some(1));
        assert_eq!(link.epoch_of_answer(start + MS * 449, start + MS * 450), None);
        assert_eq!(link.epoch_of_answer(start + MS * 450, start + MS * 480), Some(2));
    }

    #[test]
    fn a_lost_connection_is_silence() {
        let link = Link::new(MS * 50);
        let start = Instant::now();

        link.lost(start);
        assert!(link.is_silent(start + MS * 1_000));
        link.called(start + MS * 1_000);
        link.answered(start + MS * 1_001);

        assert!(!link.is_silent(start + MS * 1_001));
        assert_eq!(link.epoch_of_answer(start + MS * 1_002, start + MS * 1_003), Some(2));
        assert_eq!(link.epoch_of_answer(start + MS * 1_252, start + MS * 1_253), None);
    }
}
