//! Logs each warning once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// How many different warnings are logged. Clients can cause some of them, so the number is bounded.
const CAPACITY: usize = 100;

/// The warnings logged so far.
#[derive(Debug, Default)]
pub struct Notices(Mutex<HashSet<String>>);

impl Notices {
    /// Logs `warning`, unless it was logged before.
    pub fn warn_once(&self, warning: &str) {
        if self.is_new(warning) {
            tracing::warn!("{warning}");
        }
    }

    fn is_new(&self, warning: &str) -> bool {
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logged.len() < CAPACITY && logged.insert(warning.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_logged_once_and_there_is_an_end() {
        let notices = Notices::default();

        assert!(notices.is_new("a") && !notices.is_new("a"));
        let logged = (0..1_000).filter(|n| notices.is_new(&n.to_string())).count();
        assert_eq!(logged, CAPACITY - 1);
        assert!(!notices.is_new("b"));
    }
}
