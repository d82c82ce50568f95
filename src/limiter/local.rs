//! Budgets in this process: the share that an instance gives itself while the common store is out of reach.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use entity::Timestamp;

use super::Budget;
use super::Verdict;
use super::window::Calls;

/// How many budgets are kept; beyond that, the ones that have room are forgotten.
const MOST: usize = 100_000;

/// Budgets in memory.
#[derive(Debug, Default)]
pub(super) struct Local(Mutex<HashMap<String, Calls>>);

impl Local {
    pub(super) fn charge(&self, budgets: &[Budget], now: Timestamp) -> Option<Verdict> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() > MOST {
            // No window is longer than a day.
            kept.retain(|_, calls| calls.is_recent(now));
        }
        let mut allowed = true;
        for budget in budgets {
            allowed &= kept.entry(budget.stored_key()).or_default().has_room(budget, now);
        }
        let balances: Vec<_> = budgets
            .iter()
            .map(|budget| {
                let calls = kept.entry(budget.stored_key()).or_default();
                if allowed {
                    calls.add(now);
                }
                calls.balance(budget, now)
            })
            .collect();
        Verdict::over(allowed, balances)
    }

    /// Notes a call that the common store has allowed, so that the share doesn't begin from nothing.
    pub(super) fn note(&self, budgets: &[Budget], now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for budget in budgets {
            let calls = kept.entry(budget.stored_key()).or_default();
            calls.has_room(budget, now);
            calls.add(now);
        }
    }

    pub(super) fn reset(&self, budgets: &[Budget]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for budget in budgets {
            kept.remove(&budget.stored_key());
        }
    }
}
