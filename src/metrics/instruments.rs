//! Numbers that any thread changes without a lock.

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts one.
    pub fn count(&self) {
        self.add(1);
    }

    /// Counts several.
    pub fn add(&self, several: u64) {
        self.0.fetch_add(several, Ordering::Relaxed);
    }

    /// Adds a duration, in nanoseconds.
    pub fn add_time(&self, duration: Duration) {
        self.add(nanos(duration));
    }

    /// How many were counted.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The durations that were added, in seconds.
    pub fn seconds(&self) -> f64 {
        Duration::from_nanos(self.get()).as_secs_f64()
    }
}

/// How many of something there are now.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicU64>);

/// Counts as one in its gauge, until it is dropped.
#[derive(Debug)]
pub struct Tracked(Arc<AtomicU64>);

impl Gauge {
    /// Counts one more, until the returned value is dropped.
    pub fn track(&self) -> Tracked {
        self.0.fetch_add(1, Ordering::Relaxed);
        Tracked(Arc::clone(&self.0))
    }

    /// How many there are.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Clone for Tracked {
    fn clone(&self) -> Self {
        Gauge(Arc::clone(&self.0)).track()
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The bounds of the buckets of all histograms, in microseconds: from a tenth of a millisecond to ten seconds.
pub const BOUNDS: [u64; 16] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
];

/// How long something takes.
#[derive(Debug)]
pub struct Histogram {
    /// How many were at most as long as each bound, and longer than the one before.
    buckets: [Counter; BOUNDS.len()],
    longer: Counter,
    nanos: Counter,
}

/// The counts of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// How many durations.
    pub count: u64,
    /// All together, in seconds.
    pub seconds: f64,
    /// How many are above the bucket before, by upper bound in seconds; the last is infinite.
    pub buckets: Vec<(f64, u64)>,
}

impl Default for Histogram {
    fn default() -> Self {
        let buckets = array::from_fn(|_| Counter::default());
        Self { buckets, longer: Counter::default(), nanos: Counter::default() }
    }
}

impl Histogram {
    /// Counts a duration.
    pub fn observe(&self, duration: Duration) {
        let fits = |bound: &u64| duration <= Duration::from_micros(*bound);
        let bucket = BOUNDS.iter().position(fits).and_then(|place| self.buckets.get(place));
        bucket.unwrap_or(&self.longer).count();
        self.nanos.add(nanos(duration));
    }

    /// The counts.
    pub fn read(&self) -> Reading {
        let bounds = BOUNDS.map(|bound| Duration::from_micros(bound).as_secs_f64()).into_iter();
        let counts = self.buckets.iter().chain([&self.longer]).map(Counter::get);
        let buckets: Vec<_> = bounds.chain([f64::INFINITY]).zip(counts).collect();
        // Of the same moment as the buckets.
        let count = buckets.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        Reading { count, seconds: self.nanos.seconds(), buckets }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_each_duration_once() {
        let histogram = Histogram::default();
        let millis = Duration::from_millis;
        for duration in [Duration::ZERO, millis(1), millis(2), Duration::from_mins(1)] {
            histogram.observe(duration);
        }

        let Reading { count, seconds, buckets } = histogram.read();

        assert_eq!((count, seconds), (4, 60.003));
        let filled: Vec<_> = buckets.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(filled, [(0.0001, 1), (0.001, 1), (0.0025, 1), (f64::INFINITY, 1)]);
    }

    #[test]
    fn what_is_tracked_is_counted_until_it_is_dropped() {
        let gauge = Gauge::default();
        let one = gauge.track();
        let other = one.clone();
        assert_eq!(gauge.get(), 2);

        drop((one, other));
        assert_eq!(gauge.get(), 0);
    }
}
