//! Counts the decisions of the limiter.

use std::sync::Arc;

use super::{Decision, Limiter, Store};
use crate::error::Result;
use crate::metrics::Counter;

/// The decisions of the limiter so far.
#[derive(Debug, Default)]
pub struct Usage {
    /// Calls that were allowed.
    pub allowed: Counter,
    /// Calls that were refused.
    pub refused: Counter,
    /// Calls that could not be decided.
    pub failed: Counter,
    /// Calls that this process has decided alone, because Redis didn't.
    pub fallbacks: Arc<Counter>,
}

impl Usage {
    /// Counts a call.
    pub(super) fn count(&self, decision: &Result<Decision>) {
        let counter = match decision {
            Ok(Decision { allowed: true, .. }) => &self.allowed,
            Ok(Decision { allowed: false, .. }) => &self.refused,
            Err(_) => &self.failed,
        };
        counter.count();
    }
}

impl Limiter {
    /// The decisions so far.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The name of the store: `redis`, or else `database`.
    pub fn store_name(&self) -> &'static str {
        match *self.store {
            Store::Database(_) => "database",
            Store::Redis(_) => "redis",
        }
    }
}
