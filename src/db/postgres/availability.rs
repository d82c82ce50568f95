//! Whether PostgreSQL answers: while it doesn't, calls fail at once instead of waiting one after the other (AV-4).

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::{Duration, Instant};
use tracing::{info, warn};

use crate::db::failure::DbFailure;

/// How long a server that didn't answer is left alone. Then one call tries it, while the others still fail.
const PAUSE: Duration = Duration::from_millis(500);

/// The state of the server, as far as calls have shown it.
#[derive(Debug)]
pub(super) struct Availability {
    known: Mutex<Known>,
    is_logged: bool,
}

#[derive(Debug, Default)]
struct Known {
    /// When the server answered for the last time.
    answered_at: Option<Instant>,
    /// Until when it is left alone.
    away_until: Option<Instant>,
}

impl Availability {
    /// Of a server that hasn't been called yet. Its changes are logged if `is_logged`.
    pub(super) fn new(is_logged: bool) -> Self {
        Self { known: Mutex::default(), is_logged }
    }

    /// Whether a call may be made now. After a pause, one may: it finds out for the others.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut known = self.known();
        match known.away_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                known.away_until = now.checked_add(PAUSE);
                true
            }
        }
    }

    /// Whether the server has answered anybody after `began`.
    pub(super) fn has_answered_since(&self, began: Instant) -> bool {
        self.known().answered_at.is_some_and(|at| at > began)
    }

    /// Records what became, by `now`, of a call that began at `began`; no failure where it succeeded.
    pub(super) fn record(&self, began: Instant, now: Instant, failure: Option<DbFailure>) {
        let mut known = self.known();
        match failure {
            // Others were answered meanwhile: this call was only too slow, or its connection an old one.
            Some(DbFailure::Unreachable) if known.answered_at.is_some_and(|at| at > began) => {}
            Some(DbFailure::Unreachable) => {
                if known.away_until.is_none() && self.is_logged {
                    warn!("PostgreSQL (database.url) doesn't answer");
                }
                known.away_until = now.checked_add(PAUSE);
            }
            Some(
                DbFailure::Contended
                | DbFailure::Refused
                | DbFailure::DiskFull
                | DbFailure::Io
                | DbFailure::Statement,
            )
            | None => {
                if known.away_until.is_some() && self.is_logged {
                    info!("PostgreSQL answers again");
                }
                *known = Known { answered_at: Some(now), away_until: None };
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AV-4: while nobody answers, one call in each pause tries.
    #[test]
    fn one_call_finds_out_for_all() {
        let availability = Availability::new(true);
        let began = Instant::now();
        assert!(availability.admits(began));

        availability.record(began, began, Some(DbFailure::Unreachable));
        assert!(!availability.admits(began));
        let later = began + PAUSE;
        assert!(availability.admits(later));
        assert!(!availability.admits(later));

        availability.record(later, later, None);
        assert!(availability.admits(later) && availability.admits(later));
    }

    /// A slow statement, or a connection that died alone, keeps nobody else from the server.
    #[test]
    fn a_server_that_answers_others_is_not_away() {
        let availability = Availability::new(true);
        let began = Instant::now();
        let later = began + Duration::from_millis(1);

        availability.record(began, later, Some(DbFailure::Contended));
        availability.record(began, later, Some(DbFailure::Unreachable));

        assert!(availability.admits(later));
    }
}
