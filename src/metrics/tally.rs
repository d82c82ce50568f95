//! Counters by labels that are all known at start.

use std::collections::BTreeMap;

use super::Counter;

/// Counters by `N` labels. What has other labels isn't counted, so that nobody can make more of them.
#[derive(Debug)]
pub struct Tally<const N: usize>(BTreeMap<[&'static str; N], Counter>);

impl<const N: usize> Tally<N> {
    /// Counters by these labels, at zero, so that the first of each is seen to be new.
    pub fn new(labels: impl IntoIterator<Item = [&'static str; N]>) -> Self {
        Self(labels.into_iter().map(|labels| (labels, Counter::default())).collect())
    }

    /// Counts one.
    pub fn count(&self, labels: [&'static str; N]) {
        self.add(labels, 1);
    }

    /// Counts several.
    pub fn add(&self, labels: [&'static str; N], several: u64) {
        if let Some(counter) = self.0.get(&labels) {
            counter.add(several);
        }
    }

    /// All counts with their labels.
    pub fn counts(&self) -> impl Iterator<Item = (&[&'static str; N], u64)> {
        self.0.iter().map(|(labels, counter)| (labels, counter.get()))
    }
}
