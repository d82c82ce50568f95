//! How far the primary was when, and which database it is.

use std::collections::VecDeque;

use sea_orm::{DbBackend, DbErr, Statement};
use tokio::time::{Duration, Instant, timeout};

use crate::db::failure::DbFailure;
use crate::db::postgres::Postgres;

/// How long the primary may take to say how far it is.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The places in the primary's log of writes of the last seconds.
#[derive(Debug)]
pub(super) struct Positions {
    /// When the primary was known to be there, oldest first.
    known: VecDeque<(Instant, i64)>,
    max_age: Duration,
}

impl Positions {
    /// None yet; they count for `max_age`.
    pub(super) fn new(max_age: Duration) -> Self {
        Self { known: VecDeque::new(), max_age }
    }

    /// Asks the primary how far it is now. While it doesn't answer, what replicas have gets older.
    pub(super) async fn look(&mut self, primary: &Postgres) -> Option<i64> {
        const QUERY: &str = "SELECT (pg_current_wal_lsn() - '0/0')::bigint AS position";
        // What was committed before is at or before the place that is answered.
        let now = Instant::now();
        let query = Statement::from_string(DbBackend::Postgres, QUERY);
        let row = timeout(TIMEOUT, async { primary.lease().await?.query_one(query).await });
        let Ok(Ok(Some(row))) = row.await else { return None };
        let position = row.try_get("", "position").ok()?;
        self.note(now, position);
        Some(position)
    }

    fn note(&mut self, now: Instant, position: i64) {
        self.known.retain(|(at, _)| now.duration_since(*at) < self.max_age);
        self.known.push_back((now, position));
    }

    /// Until when a replica that has replayed the log up to `position` is not too old. None if it is by now.
    pub(super) fn fresh_until(&self, position: i64, now: Instant) -> Option<Instant> {
        let reached = self.known.iter().rev().find(|(_, there)| *there <= position);
        let until = reached?.0.checked_add(self.max_age)?;
        (now < until).then_some(until)
    }
}

/// What identifies a database, and is the same on its replicas.
#[derive(Debug, PartialEq)]
pub(super) struct Identity {
    /// The number of the cluster; none if the user may not see it.
    cluster: Option<String>,
    /// The number of the database in it.
    database: i64,
}

impl Identity {
    /// That of the database that is connected to.
    pub(super) async fn of(postgres: &Postgres) -> Result<Self, DbErr> {
        const DATABASE: &str =
            "SELECT oid::bigint AS database FROM pg_database WHERE datname = current_database()";
        const CLUSTER: &str = "SELECT system_identifier::text AS cluster FROM pg_control_system()";
        let query = |sql: &str| Statement::from_string(DbBackend::Postgres, sql);
        let row = postgres.lease().await?.query_one(query(DATABASE)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound(DATABASE.to_owned()))?;
        let database = row.try_get("", "database")?;
        // Some managed databases don't allow it.
        let cluster = match postgres.lease().await?.query_one(query(CLUSTER)).await {
            Ok(row) => row.and_then(|row| row.try_get("", "cluster").ok()),
            Err(error) if DbFailure::of(&error) == DbFailure::Statement => None,
            Err(error) => return Err(error),
        };
        Ok(Self { cluster, database })
    }

    /// Whether another database, seen on a replica, is this one.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        let differs = |(one, other): (&String, &String)| one != other;
        self.database == other.database
            && !self.cluster.as_ref().zip(other.cluster.as_ref()).is_some_and(differs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A replica is as old as the newest place of the primary that it has reached.
    #[test]
    fn a_replica_that_falls_behind_is_too_old() {
        let start = Instant::now();
        let mut positions = Positions::new(SECOND * 3);
        for (second, position) in [(0, 10), (1, 20), (2, 30)] {
            positions.note(start + SECOND * second, position);
        }
        let now = start + SECOND * 2;

        assert_eq!(positions.fresh_until(30, now), Some(start + SECOND * 5));
        assert_eq!(positions.fresh_until(29, now), Some(start + SECOND * 4));
        assert_eq!(positions.fresh_until(9, now), None);
        positions.note(start + SECOND * 4, 40);
        assert_eq!(positions.fresh_until(20, start + SECOND * 4), None);
    }

    /// While nobody writes, the primary stays where it is, and so may its replicas.
    #[test]
    fn an_idle_primary_makes_no_replica_old() {
        let start = Instant::now();
        let mut positions = Positions::new(SECOND * 3);
        for second in 0..10 {
            positions.note(start + SECOND * second, 10);
        }

        let until = positions.fresh_until(10, start + SECOND * 9);

        assert_eq!(until, Some(start + SECOND * 12));
    }

    /// A primary that doesn't answer may have written since.
    #[test]
    fn without_the_primary_replicas_get_old() {
        let start = Instant::now();
        let mut positions = Positions::new(SECOND * 3);
        positions.note(start, 10);

        assert!(positions.fresh_until(10, start + SECOND * 2).is_some());
        assert_eq!(positions.fresh_until(10, start + SECOND * 3), None);
    }
}
