//! Counters of a database's connections.

use tokio::time::Instant;

use crate::metrics::Counter;

/// The use of a pool of connections.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Statements that were run.
    pub(super) statements: Counter,
    /// How often a connection had to be waited for.
    waits: Counter,
    /// How long, in nanoseconds.
    waited: Counter,
}

/// A wait for a connection.
#[derive(Debug)]
pub(super) struct Wait<'a> {
    usage: &'a Usage,
    began: Instant,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.usage.waited.add_time(self.began.elapsed());
    }
}

/// A pool of connections at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pool {
    /// `readers` and `writer` of SQLite, otherwise `postgres`, and `replicas` for all of them together.
    pub name: &'static str,
    /// Connections that are in use.
    pub in_use: usize,
    /// Open connections that are not.
    pub idle: usize,
    /// How many may be in use at once.
    pub max: usize,
    /// Statements so far.
    pub statements: u64,
    /// How often a connection had to be waited for so far.
    pub waits: u64,
    /// How long, in seconds.
    pub waited: f64,
}

impl Pool {
    /// Both pools together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            name: self.name,
            in_use: self.in_use.saturating_add(other.in_use),
            idle: self.idle.saturating_add(other.idle),
            max: self.max.saturating_add(other.max),
            statements: self.statements.saturating_add(other.statements),
            waits: self.waits.saturating_add(other.waits),
            waited: self.waited + other.waited,
        }
    }
}

impl Usage {
    /// Counts a wait, which lasts until what is returned is dropped.
    pub(super) fn wait(&self) -> Wait<'_> {
        self.waits.count();
        Wait { usage: self, began: Instant::now() }
    }

    /// The pool, of which so many connections are in use, idle, and allowed.
    pub(super) fn pool(
        &self,
        name: &'static str,
        (in_use, idle, max): (usize, usize, usize),
    ) -> Pool {
        Pool {
            name,
            in_use,
            idle,
            max,
            statements: self.statements.get(),
            waits: self.waits.get(),
            waited: self.waited.seconds(),
        }
    }
}
