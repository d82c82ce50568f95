//! The clock: the real one, and a fake one for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use entity::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use tokio::time::Instant;

mod alarms;

use alarms::Alarms;

/// The clock; nothing else reads the system's.
///
/// It has two readings. [`Clock::now`] follows the machine's clock ahead and never goes back, so that
/// nothing expired becomes valid again. [`Clock::steady`] ignores all jumps; rate limits use it.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    alarms: Alarms,
}

/// The source of the time.
#[derive(Clone, Debug)]
enum Source {
    /// The machine's clock with its correction, and its reading at the start.
    System { ahead: i64, start: Timestamp, started: Instant },
    /// Two readings that tests set; milliseconds since 1970.
    Fake { wall: Arc<AtomicI64>, steady: Arc<AtomicI64> },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        let start = Timestamp::from_millis(machine_millis());
        Self::of(Source::System { ahead: 0, start, started: Instant::now() })
    }

    /// A fake clock that stands still at `start`.
    pub fn fake(start: Timestamp) -> Self {
        let reading = || Arc::new(AtomicI64::new(start.millis()));
        Self::of(Source::Fake { wall: reading(), steady: reading() })
    }

    fn of(source: Source) -> Self {
        Self { source, alarms: Alarms::default() }
    }

    /// The machine's clock, corrected by the clock that all servers share. Otherwise a server whose clock is
    /// a day ahead would sign and store things that are valid too long elsewhere. A fake clock stays as it
    /// is.
    #[must_use]
    pub fn set_by(self, shared: Timestamp) -> Self {
        match self.source {
            Source::System { .. } => {
                let ahead = shared.millis().saturating_sub(machine_millis());
                Self::of(Source::System { ahead, start: shared, started: Instant::now() })
            }
            Source::Fake { .. } => self,
        }
    }

    /// The current time, in whole milliseconds: the machine's, but not before the start of the process plus
    /// the time since (OT-7, AV-9).
    pub fn now(&self) -> Timestamp {
        let wall = match &self.source {
            Source::System { ahead, .. } => machine_millis().saturating_add(*ahead),
            Source::Fake { wall, .. } => wall.load(Ordering::SeqCst),
        };
        self.steady().max(Timestamp::from_millis(wall))
    }

    /// The start of the process plus the time since, unaffected by the machine's clock.
    pub fn steady(&self) -> Timestamp {
        match &self.source {
            Source::System { start, started, .. } => *start + started.elapsed(),
            Source::Fake { steady, .. } => Timestamp::from_millis(steady.load(Ordering::SeqCst)),
        }
    }

    /// Waits until the clock shows `time`, also if it jumps there.
    pub async fn reached(&self, time: Timestamp) {
        self.alarms.reached(self, time).await;
    }

    /// The steady time of a fake clock, which stores then use, too.
    pub(crate) fn fake_time(&self) -> Option<Timestamp> {
        matches!(self.source, Source::Fake { .. }).then(|| self.steady())
    }

    /// Advances a fake clock.
    pub fn advance(&self, span: Duration) {
        if let Source::Fake { wall, steady } = &self.source {
            wall.fetch_add(millis(span), Ordering::SeqCst);
            steady.fetch_add(millis(span), Ordering::SeqCst);
        }
    }

    /// Sets a fake clock ahead without advancing the steady time.
    pub fn set_ahead(&self, span: Duration) {
        if let Source::Fake { wall, .. } = &self.source {
            wall.fetch_add(millis(span), Ordering::SeqCst);
        }
    }

    /// Sets a fake clock back.
    pub fn set_back(&self, span: Duration) {
        if let Source::Fake { wall, .. } = &self.source {
            wall.fetch_sub(millis(span), Ordering::SeqCst);
        }
    }

    /// The same fake clock, as a process that starts now would see it.
    #[must_use]
    pub fn restarted(&self) -> Self {
        match &self.source {
            Source::System { .. } => self.clone(),
            Source::Fake { wall, .. } => {
                Self::fake(Timestamp::from_millis(wall.load(Ordering::SeqCst)))
            }
        }
    }
}

/// The time of PostgreSQL, which all servers share.
pub(crate) async fn of_database(db: &impl ConnectionTrait) -> Result<Timestamp, DbErr> {
    const QUERY: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), QUERY)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(QUERY.to_owned()))?;
    Ok(Timestamp::from_millis(row.try_get("", "now")?))
}

fn machine_millis() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the App's clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    millis(since)
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_795_435_200_000);
    const HOUR: Duration = Duration::from_hours(1);

    /// OT-7, AV-9: the time follows the machine's clock ahead, never back; what ages by the steady one sees no jump.
    #[test]
    fn the_time_never_goes_back() {
        let clock = Clock::fake(NOON);

        clock.set_back(HOUR);
        assert_eq!((clock.now(), clock.steady()), (NOON, NOON));
        clock.advance(HOUR);
        assert_eq!((clock.now(), clock.steady()), (NOON + HOUR, NOON + HOUR));
        clock.set_ahead(HOUR * 2);
        assert_eq!((clock.now(), clock.steady()), (NOON + HOUR * 2, NOON + HOUR));
        clock.set_back(HOUR * 2);
        assert_eq!((clock.now(), clock.steady()), (NOON + HOUR, NOON + HOUR));
    }

    /// C-37: a machine that is a day fast or slow shows the shared time.
    #[test]
    fn a_shared_clock_sets_that_of_the_machine() {
        for shared in [NOON, NOON + HOUR * 1_000] {
            let clock = Clock::system().set_by(shared);

            assert!(clock.now().since(shared) < Duration::from_mins(1));
            assert!(clock.now() >= shared);
        }
    }
}
