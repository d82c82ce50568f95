//! The factor of limits.

use serde::Deserialize;

/// The maximum number of calls of a limit: each is stored until it leaves the window.
pub const MAX_CALLS: u32 = 10_000;

/// The factor that multiplies declared limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Factor(u32);

impl Default for Factor {
    fn default() -> Self {
        Self(1)
    }
}

impl Factor {
    /// The allowed number of calls; never more than the maximum.
    pub fn widen(self, calls: u32) -> u32 {
        calls.saturating_mul(self.0).min(MAX_CALLS.max(calls))
    }

    /// Whether it is zero.
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
