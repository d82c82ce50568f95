//! One replica: whether it may be read from, and reading from it.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::{DbBackend, DbErr, QueryResult, Statement};
use tokio::time::{Duration, Instant, timeout};
use tracing::{info, warn};
use url::Url;

use super::position::{Identity, Positions};
use crate::db::failure;
use crate::db::failure::DbFailure;
use crate::db::postgres::{Postgres, Role};
use crate::db::usage::Pool;

/// How long a replica may take to say how far it is.
const LOOK_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a statement may take on a replica until the primary is asked: longer than PostgreSQL gives it.
const TIMEOUT: Duration = Duration::from_millis(2_700);

/// Where a replica is, and whether it is one. A primary has nothing to replay.
const QUERY: &str = "SELECT pg_is_in_recovery() AS is_standby, (pg_last_wal_replay_lsn() - '0/0')::bigint AS position";

/// A replica.
#[derive(Debug)]
pub(in crate::db) struct Replica {
    /// Its host and port.
    name: String,
    postgres: Postgres,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Until when what it has is not too old.
    fresh_until: Option<Instant>,
    /// Why it isn't read from; none also before the first look.
    problem: Option<Problem>,
}

/// Why a replica isn't read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It doesn't answer, or not in time.
    Silent,
    /// Its data is too old.
    Behind,
    /// It takes writes: a primary, or a replica of rows instead of the log.
    Primary,
    /// It is that of another database.
    Foreign,
    /// It has what the primary hasn't written: another history, after a restore or a failover.
    Ahead,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Silent => "it doesn't answer",
            Self::Behind => "it is further behind than database.replica_lag_seconds",
            Self::Primary => "it is not a standby",
            Self::Foreign => "it has another database than database.url",
            Self::Ahead => "it has another history than database.url: build it anew",
        })
    }
}

impl Replica {
    /// The replica at this URL, which is not connected to yet.
    pub(super) fn new(url: &Url) -> anyhow::Result<Self> {
        let host = url.host_str().unwrap_or_default();
        let name = format!("{host}:{}", url.port().unwrap_or(5432));
        let postgres = Postgres::prepare(url.as_str(), Role::Replica)?;
        Ok(Self { name, postgres, known: Mutex::default() })
    }

    /// Its host and port.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Why it isn't read from.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.known().problem
    }

    /// Whether it may be read from now.
    pub(super) fn keeps_up(&self, now: Instant) -> bool {
        self.known().fresh_until.is_some_and(|until| now < until)
    }

    pub(super) fn pool(&self) -> Pool {
        self.postgres.pool()
    }

    pub(super) async fn close(&self) {
        self.postgres.close().await;
    }

    /// Looks how far it is.
    pub(super) async fn look(&self, identity: &Identity) -> Result<i64, Problem> {
        match timeout(LOOK_TIMEOUT, self.find_position(identity)).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => Err(Problem::Silent),
        }
    }

    /// Notes until when it may be read from, by where it is and where the primary was afterwards, if that is known.
    pub(super) fn settle(
        &self,
        found: Result<i64, Problem>,
        positions: &Positions,
        primary: Option<i64>,
    ) {
        self.note(found.and_then(|position| {
            if primary.is_some_and(|primary| primary < position) {
                return Err(Problem::Ahead);
            }
            positions.fresh_until(position, Instant::now()).ok_or(Problem::Behind)
        }));
    }

    /// How far it has replayed the log of its primary.
    async fn find_position(&self, identity: &Identity) -> Result<Result<i64, Problem>, DbErr> {
        if !identity.is_of(&Identity::of(&self.postgres).await?) {
            return Ok(Err(Problem::Foreign));
        }
        let query = Statement::from_string(DbBackend::Postgres, QUERY);
        let row = self.postgres.lease().await?.query_one(query).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound(QUERY.to_owned()))?;
        let position: Option<i64> = row.try_get("", "position")?;
        let is_standby: bool = row.try_get("", "is_standby")?;
        Ok(position.filter(|_| is_standby).ok_or(Problem::Primary))
    }

    /// Notes what was found, and logs it if it is new.
    fn note(&self, found: Result<Instant, Problem>) {
        let mut known = self.known();
        let replica = &self.name;
        match found {
            Ok(_) if known.fresh_until.is_none() => {
                info!(replica, "lists are read from a replica (database.replicas)");
            }
            Err(problem) if known.problem != Some(problem) => {
                warn!(replica, %problem, "a replica isn't read from (database.replicas)");
            }
            Ok(_) | Err(_) => {}
        }
        *known = Known { fresh_until: found.ok(), problem: found.err() };
    }

    /// Reads the first row; none if the primary has to be asked.
    pub(in crate::db) async fn query_one(
        &self,
        statement: Statement,
    ) -> Option<Result<Option<QueryResult>, DbErr>> {
        self.answer(async { self.postgres.lease().await?.query_one(statement).await }).await
    }

    /// Reads all rows; none if the primary has to be asked.
    pub(in crate::db) async fn query_all(
        &self,
        statement: Statement,
    ) -> Option<Result<Vec<QueryResult>, DbErr>> {
        self.answer(async { self.postgres.lease().await?.query_all(statement).await }).await
    }

    /// The replica's answer. A statement that takes too long on it does so on the primary, too; after any other error the
    /// primary is asked.
    async fn answer<T>(
        &self,
        query: impl Future<Output = Result<T, DbErr>>,
    ) -> Option<Result<T, DbErr>> {
        match timeout(TIMEOUT, query).await {
            Ok(Ok(found)) => Some(Ok(found)),
            Ok(Err(error)) if failure::is_too_slow(&error) => Some(Err(error)),
            Ok(Err(error)) => {
                match DbFailure::of(&error) {
                    DbFailure::Unreachable | DbFailure::Refused => self.note(Err(Problem::Silent)),
                    // Rows that the statement still read were cleaned away on the primary; a table isn't there yet.
                    DbFailure::Contended
                    | DbFailure::Statement
                    | DbFailure::DiskFull
                    | DbFailure::Io => {}
                }
                None
            }
            Err(_) => {
                self.note(Err(Problem::Silent));
                None
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
