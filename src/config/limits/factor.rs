//! How many times as wide limits are as they were declared.

use serde::Deserialize;

/// The most calls that a limit may allow: each of them is remembered until it no longer counts.
pub const MAX_CALLS: u32 = 10_000;

/// How many times as many calls as declared a limit allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Factor(u32);

impl Default for Factor {
    fn default() -> Self {
        Self(1)
    }
}

impl Factor {
    /// How many calls pass of so many; never more than a limit may allow.
    pub fn widen(self, calls: u32) -> u32 {
        calls.saturating_mul(self.0).min(MAX_CALLS.max(calls))
    }

    /// Whether nothing would pass.
    pub(super) fn is_zero(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_become_wider_up_to_a_bound() {
        assert_eq!(Factor::default().widen(10), 10);
        assert_eq!(Factor(100).widen(10), 1_000);
        assert_eq!(Factor(100).widen(600), MAX_CALLS);
        assert_eq!(Factor(u32::MAX).widen(20_000), 20_000);
    }
}
