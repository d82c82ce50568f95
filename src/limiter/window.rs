//! The sliding window: the times of calls, and whether there is room for one more.

use entity::Timestamp;

use super::{Balance, Quota};

/// The calls in the window of a quota, oldest first. A call counts for one full window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls(Vec<i64>);

impl Calls {
    /// Parses stored calls: milliseconds, separated by commas.
    pub(super) fn parse(text: &str) -> Self {
        Self(text.split(',').filter_map(|call| call.parse().ok()).collect())
    }

    /// The calls in stored form.
    pub(super) fn to_text(&self) -> String {
        let calls: Vec<String> = self.0.iter().map(i64::to_string).collect();
        calls.join(",")
    }

    /// Drops calls that have left the window at `now`, and returns whether there is room for one more.
    ///
    /// A call in the future is from before the clock was set back. It counts as a current one, so that it
    /// neither stays longer than a window nor makes room at once.
    pub(super) fn has_room(&mut self, quota: &Quota, now: Timestamp) -> bool {
        let oldest = (now - quota.window).millis();
        self.0.retain(|call| *call > oldest);
        for call in &mut self.0 {
            *call = (*call).min(now.millis());
        }
        self.0.len() < limit(quota)
    }

    /// Whether the limit is reached, including calls that have left the window.
    pub(super) fn reach(&self, quota: &Quota) -> bool {
        self.0.len() >= limit(quota)
    }

    /// Whether a call is in the future: the clock was set back.
    pub(super) fn are_ahead(&self, now: Timestamp) -> bool {
        self.0.iter().any(|call| *call > now.millis())
    }

    /// Adds a call at `now`.
    pub(super) fn add(&mut self, now: Timestamp) {
        self.0.push(now.millis());
    }

    /// The balance of the quota. There can be more calls than the limit, after the limit was lowered.
    pub(super) fn balance(&self, quota: &Quota, now: Timestamp) -> Balance {
        let remaining = limit(quota).saturating_sub(self.0.len());
        let too_many = self.0.len().saturating_sub(limit(quota));
        Balance {
            limit: quota.limit,
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
            reset: self
                .0
                .get(too_many)
                .map_or(now, |call| Timestamp::from_millis(*call) + quota.window),
        }
    }
}

fn limit(quota: &Quota) -> usize {
    usize::try_from(quota.limit).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "small numbers")]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    const WINDOW: Duration = Duration::from_hours(1);

    fn quota(limit: u32) -> Quota {
        Quota { key: "test".to_owned(), limit, window: WINDOW }
    }

    /// RL-1: in 100,000 random schedules no window holds more than the limit, and no call is refused while
    /// there is room.
    #[test]
    fn no_window_holds_more_than_the_limit() {
        let mut random = StdRng::seed_from_u64(1);
        for _ in 0..100_000 {
            let quota = quota(random.random_range(1..8));
            let mut calls = Calls::default();
            let mut passed: Vec<i64> = Vec::new();
            let mut now = 1_000_000_000;
            for _ in 0..25 {
                // Bursts, a steady trickle, and steps that end at the edge of a window.
                now += match random.random_range(0..3) {
                    0 => random.random_range(0..4),
                    1 => random.random_range(0..900_000),
                    _ => random.random_range(3_599_998..3_600_003),
                };
                let time = Timestamp::from_millis(now);
                let in_window = passed.iter().filter(|call| **call > now - 3_600_000).count();
                let allowed = calls.has_room(&quota, time);
                assert_eq!(allowed, in_window < limit(&quota), "{now} after {passed:?}");
                if allowed {
                    calls.add(time);
                    passed.push(now);
                }
            }
        }
    }

    proptest! {
        /// AV-9: a clock that is set back neither frees a used-up quota nor holds it for longer than a window.
        #[test]
        fn a_clock_set_back_neither_frees_nor_wedges(back in 1_i64..100_000_000) {
            let quota = quota(1);
            let mut calls = Calls::default();
            calls.add(Timestamp::from_millis(1_000_000_000));
            let now = Timestamp::from_millis(1_000_000_000 - back);

            prop_assert!(!calls.has_room(&quota, now));
            prop_assert!(calls.has_room(&quota, now + WINDOW));
        }
    }

    #[test]
    fn the_balance_has_what_is_left_and_until_when() {
        let quota = quota(2);
        let mut calls = Calls::default();
        let start = Timestamp::from_millis(5_000);

        assert_eq!(calls.balance(&quota, start).remaining, 2);
        calls.add(start);
        calls.add(start + Duration::from_secs(1));
        let balance = calls.balance(&quota, start);

        assert_eq!((balance.remaining, balance.reset), (0, start + WINDOW));
        assert_eq!(Calls::parse(&calls.to_text()), calls);
        assert_eq!(Calls::parse(""), Calls::default());
    }

    /// RL-15: after a limit was lowered, the balance says when there is room again, not when the first call leaves.
    #[test]
    fn a_lowered_limit_waits_for_as_many_calls_as_are_too_many() {
        let start = Timestamp::from_millis(5_000);
        let mut calls = Calls::default();
        for second in 0..5 {
            calls.add(start + Duration::from_secs(second));
        }
        let quota = quota(2);

        let balance = calls.balance(&quota, start + Duration::from_secs(5));

        assert_eq!(
            (balance.remaining, balance.reset),
            (0, start + Duration::from_secs(3) + WINDOW)
        );
        assert!(!calls.clone().has_room(&quota, balance.reset - Duration::from_millis(1)));
        assert!(calls.has_room(&quota, balance.reset));
    }
}
