//! A moving average of durations.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The average, in microseconds; 0 before the first duration.
#[derive(Debug, Default)]
pub(super) struct Average(AtomicU64);

impl Average {
    /// Adds a duration, with a weight of one eighth. The first one sets the average.
    pub(super) fn add(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |average| {
            Some(if average == 0 {
                took
            } else {
                (average / 8).saturating_mul(7).saturating_add(took / 8)
            })
        });
    }

    /// The average.
    pub(super) fn micros(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
