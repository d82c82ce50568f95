//! Whether Redis can be trusted to decide alone: how long it takes to answer.
//!
//! A process asks Redis in a steady beat. An instance that was not answered for as long as its patience grants calls of
//! which Redis may not know. Whoever waits on the same Redis has waited nearly as long, and takes no answer of Redis alone
//! for permission until the others have had the time to write down what they granted: such a span is an epoch.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long after a stutter the instances may take to write down what they granted meanwhile. They all do within a beat;
/// this is longer, so that stutters in a row are one epoch.
const SETTLE: Duration = Duration::from_millis(250);

/// How Redis has answered lately.
#[derive(Debug)]
pub(super) struct Link {
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the beat was sent that is not answered yet.
    asked_at: Option<Instant>,
    /// Whether there is no connection.
    is_lost: bool,
    /// Until when Redis doesn't decide alone.
    unsettled_until: Option<Instant>,
    /// The number of the present epoch, or of the last one.
    epoch: u32,
}

impl Link {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, state: Mutex::default() }
    }

    /// Notes that the beat was sent.
    pub(super) fn asked(&self, now: Instant) {
        self.lock().asked_at.get_or_insert(now);
    }

    /// Notes that the beat was answered.
    pub(super) fn answered(&self, now: Instant) {
        let mut state = self.lock();
        let is_back = std::mem::take(&mut state.is_lost);
        if is_back || self.is_slow(state.asked_at, now) {
            state.unsettle(now);
        }
        state.asked_at = None;
    }

    /// Notes that there is no connection.
    pub(super) fn lost(&self, now: Instant) {
        let mut state = self.lock();
        (state.is_lost, state.asked_at) = (true, None);
        state.unsettle(now);
    }

    /// Whether Redis needn't be asked: it leaves the process waiting already.
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        let state = self.lock();
        let waited = state.asked_at.map(|asked_at| now.saturating_duration_since(asked_at));
        state.is_lost || waited.is_some_and(|waited| waited >= self.patience)
    }

    /// The epoch in which the process decides by itself, since Redis didn't answer in time.
    pub(super) fn epoch(&self, now: Instant) -> u32 {
        self.lock().unsettle(now)
    }

    /// The epoch in which an answer came to a call that was sent at `sent_at`; none if Redis decides alone.
    pub(super) fn epoch_of_answer(&self, sent_at: Instant, now: Instant) -> Option<u32> {
        let mut state = self.lock();
        if state.is_lost || self.is_slow(Some(sent_at), now) || self.is_slow(state.asked_at, now) {
            return Some(state.unsettle(now));
        }
        state.is_unsettled(now).then_some(state.epoch)
    }

    /// Whether somebody else who asked a little later may have lost patience by now.
    fn is_slow(&self, asked_at: Option<Instant>, now: Instant) -> bool {
        let slow = self.patience.mul_f64(0.6);
        asked_at.is_some_and(|asked_at| now.saturating_duration_since(asked_at) >= slow)
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

    /// RL-9: whoever waits nearly as long as others' patience trusts Redis again only after they have had time to write.
    #[test]
    fn a_stutter_is_an_epoch() {
        let link = Link::new(MS * 50);
        let start = Instant::now();
        assert_eq!(link.epoch_of_answer(start, start + MS * 29), None);

        link.asked(start + MS * 30);
        assert!(!link.is_silent(start + MS * 79));
        assert!(link.is_silent(start + MS * 80));
        // Asked just before the end, and answered in no time; the beat waits for longer.
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
        link.asked(start + MS * 1_000);
        link.answered(start + MS * 1_001);

        assert!(!link.is_silent(start + MS * 1_001));
        assert_eq!(link.epoch_of_answer(start + MS * 1_002, start + MS * 1_003), Some(2));
        assert_eq!(link.epoch_of_answer(start + MS * 1_252, start + MS * 1_253), None);
    }
}
