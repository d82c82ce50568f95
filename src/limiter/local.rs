//! Budgets in this process: the share that an instance gives itself while the common store is out of reach.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use entity::Timestamp;

use super::Budget;
use super::Stored;
use super::Verdict;
use super::window::Calls;

/// How many budgets are kept at least before the expired ones are looked for.
const FEW: usize = 10_000;

/// Budgets in memory.
#[derive(Debug, Default)]
pub(super) struct Local(Mutex<Kept>);

impl Local {
    pub(super) fn charge(&self, budgets: &[Stored<'_>], now: Timestamp) -> Option<Verdict> {
        let mut kept = self.lock();
        let mut allowed = true;
        for (key, budget) in budgets {
            allowed &= kept.calls(key, budget, now).has_room(budget, now);
        }
        let balances: Vec<_> = budgets
            .iter()
            .map(|(key, budget)| {
                let calls = kept.calls(key, budget, now);
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
        let mut kept = self.lock();
        for (key, budget) in budgets {
            let calls = kept.calls(key, budget, now);
            calls.has_room(budget, now);
            calls.add(now);
        }
    }

    pub(super) fn reset(&self, budgets: &[Stored<'_>]) {
        let mut kept = self.lock();
        for (key, _) in budgets {
            kept.budgets.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The calls of each budget, and when the last of them stops to count.
#[derive(Debug, Default)]
struct Kept {
    budgets: HashMap<String, (Calls, Timestamp)>,
    tidy_at: usize,
}

impl Kept {
    fn calls(&mut self, key: &str, budget: &Budget, now: Timestamp) -> &mut Calls {
        self.tidy(now);
        let end = now + budget.window;
        let (calls, expires_at) =
            self.budgets.entry(key.to_owned()).or_insert_with(|| (Calls::default(), end));
        *expires_at = end;
        calls
    }

    /// Forgets the expired budgets whenever their number has doubled, so that a call pays for few of them.
    fn tidy(&mut self, now: Timestamp) {
        if self.budgets.len() < self.tidy_at.max(FEW) {
            return;
        }
        self.budgets.retain(|_, (_, expires_at)| *expires_at > now);
        self.tidy_at = self.budgets.len().saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn expired_budgets_are_forgotten() {
        let local = Local::default();
        let budget = Budget { key: String::new(), limit: 3, window: Duration::from_mins(1) };
        for n in 0..50_000 {
            let now = Timestamp::from_millis(n * 100);
            local.note(&[(n.to_string(), &budget)], now);
        }

        let kept = local.0.lock().unwrap().budgets.len();

        // 600 of them still count.
        assert!((600..=FEW).contains(&kept), "{kept}");
    }

    #[test]
    fn what_was_noted_is_drawn_from_the_share() {
        let local = Local::default();
        let now = Timestamp::from_millis(0);
        let budget = Budget { key: String::new(), limit: 4, window: Duration::from_mins(1) };
        let budgets = [("a".to_owned(), &budget)];
        for _ in 0..3 {
            local.note(&budgets, now);
        }

        assert!(local.charge(&budgets, now).unwrap().allowed);
        assert!(!local.charge(&budgets, now).unwrap().allowed);
    }
}
