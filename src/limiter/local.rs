//! Budgets in this process: the share that an instance gives itself while the common store is out of reach.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use entity::Timestamp;

use super::Stored;
use super::Verdict;
use super::window::Calls;

/// How many budgets are kept; beyond that, the ones that have room are forgotten.
const MOST: usize = 100_000;

/// Budgets in memory.
#[derive(Debug, Default)]
pub(super) struct Local(Mutex<HashMap<String, Calls>>);

impl Local {
    pub(super) fn charge(&self, budgets: &[Stored<'_>], now: Timestamp) -> Option<Verdict> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() > MOST {
            // No window is longer than a day.
            kept.retain(|_, calls| calls.is_recent(now));
        }
        let mut allowed = true;
        for (key, budget) in budgets {
            allowed &= kept.entry(key.clone()).or_default().has_room(budget, now);
        }
        let balances: Vec<_> = budgets
            .iter()
            .map(|(key, budget)| {
                let calls = kept.entry(key.clone()).or_default();
                if allowed {
                    calls.add(now);
                }
                calls.balance(budget, now)
            })
            .collect();
        Verdict::over(allowed, balances)
    }

    /// Notes a call that the common store has allowed, so that the share doesn't begin from nothing.
    pub(super) fn note(&self, budgets: &[Stored<'_>], now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, budget) in budgets {
            let calls = kept.entry(key.clone()).or_default();
            calls.has_room(budget, now);
            calls.add(now);
        }
    }

    pub(super) fn reset(&self, budgets: &[Stored<'_>]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in budgets {
            kept.remove(key);
        }
    }
}
