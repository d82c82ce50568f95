//! Operations and their root fields, by the names in the schema.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Counter, Histogram};

/// How an operation of several different fields is called.
const SEVERAL: &str = "several";
/// The name of an operation without a root field of the schema: introspection, or a document that was rejected.
const NONE: &str = "none";

/// All operations, by the name of their root field.
#[derive(Debug, Default)]
pub struct Operations(Mutex<BTreeMap<String, Arc<Operation>>>);

/// The operations that only have this root field, and all calls of the field.
#[derive(Debug, Default)]
pub struct Operation {
    /// Calls of the field, in whatever operation.
    pub calls: Counter,
    succeeded: Counter,
    refused: Counter,
    failed: Counter,
    /// From when the request was read until the response is known.
    pub seconds: Histogram,
}

/// How an operation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Without an error.
    Succeeded,
    /// With an error that is the client's.
    Refused,
    /// With an error that is the server's.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Succeeded, Self::Refused, Self::Failed];

    /// The name in labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl Operations {
    /// The counters of a schema's root fields, in the order of their names.
    pub fn fields<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Fields {
        let mut operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut operation = |name: &str| Arc::clone(operations.entry(name.to_owned()).or_default());
        let (none, several) = (operation(NONE), operation(SEVERAL));
        Fields { none, several, by_index: names.into_iter().map(operation).collect() }
    }

    /// All operations that a schema has.
    pub fn all(&self) -> Vec<(String, Arc<Operation>)> {
        let operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        operations.iter().map(|(name, it)| (name.clone(), Arc::clone(it))).collect()
    }
}

impl Operation {
    /// Counts an operation.
    pub fn count(&self, outcome: Outcome, elapsed: Duration) {
        self.counter(outcome).count();
        self.seconds.observe(elapsed);
    }

    /// How many operations ended so.
    pub fn ended(&self, outcome: Outcome) -> u64 {
        self.counter(outcome).get()
    }

    fn counter(&self, outcome: Outcome) -> &Counter {
        match outcome {
            Outcome::Succeeded => &self.succeeded,
            Outcome::Refused => &self.refused,
            Outcome::Failed => &self.failed,
        }
    }
}

/// The counters of a schema's root fields.
#[derive(Debug)]
pub struct Fields {
    none: Arc<Operation>,
    several: Arc<Operation>,
    by_index: Vec<Arc<Operation>>,
}

/// Which root fields an operation has called.
#[derive(Debug, Default)]
pub struct Called(AtomicUsize);

impl Called {
    /// Two different fields at least; otherwise it is the field's index, plus one.
    const SEVERAL: usize = usize::MAX;

    fn note(&self, index: usize) {
        let index = index.saturating_add(1);
        let before = self.0.load(Ordering::Relaxed);
        if before != index {
            let now = if before == 0 { index } else { Self::SEVERAL };
            self.0.store(now, Ordering::Relaxed);
        }
    }
}

impl Fields {
    /// Counts a call of the field at an index in the schema, by an operation.
    pub fn count(&self, index: usize, called: &Called) {
        called.note(index);
        if let Some(field) = self.by_index.get(index) {
            field.calls.count();
        }
    }

    /// The operation that has called these fields.
    pub fn operation(&self, called: &Called) -> &Operation {
        match called.0.load(Ordering::Relaxed).checked_sub(1) {
            None => &self.none,
            Some(index) => self.by_index.get(index).unwrap_or(&self.several),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_called_like_its_only_field() {
        let operations = Operations::default();
        let fields = operations.fields(["accountGet", "accountCreate"]);
        let count = |places: &[usize]| {
            let called = Called::default();
            for index in places {
                fields.count(*index, &called);
            }
            fields.operation(&called).count(Outcome::Succeeded, Duration::ZERO);
        };

        [&[][..], &[0], &[0, 0], &[0, 1], &[1, 0, 1]].into_iter().for_each(count);

        let all = operations.all();
        let counts: Vec<_> = all
            .iter()
            .map(|(name, it)| (name.as_str(), it.ended(Outcome::Succeeded), it.calls.get()))
            .collect();
        let expected =
            [("accountCreate", 0, 3), ("accountGet", 2, 5), ("none", 1, 0), ("several", 2, 0)];
        assert_eq!(counts, expected);
    }
}
