//! A connection in the hands of one reader or one transaction.
//!
//! A connection goes back to its pool only after its last statement was answered and its transaction has ended. In every other
//! case it is closed: when the database failed, when nobody waited for the answer, when a COMMIT or ROLLBACK was refused. What
//! such a connection would do next, nobody knows (DU-4, AV-5).

use std::sync::Arc;

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{Executor, Postgres, Sqlite};
use sea_orm::{DbErr, ExecResult, QueryResult, SqlxError, Statement, Values, sqlx};
use sea_query_sqlx::SqlxValues;
use tokio::time::{Duration, Instant, sleep, timeout, timeout_at};

use super::availability::Availability;
use super::disk::Disk;
use super::failure::{DbFailure, to_db_err};

/// How long PostgreSQL may take to begin a transaction.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a read, or a transaction as a whole, may take on PostgreSQL from its first statement to its last answer.
///
/// Together with the two seconds that a free connection may take, a request is answered within five (AV-5).
const TIMEOUT: Duration = Duration::from_secs(3);

/// How long PostgreSQL may take to say that it is there, when a connection goes back to the pool.
const RETURN_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a commit whose flush has failed is not answered: the process ends before.
const LAST_MOMENTS: Duration = Duration::from_secs(1);

/// Commits a transaction of PostgreSQL within two seconds of its beginning, else fails.
///
/// Both statements travel in one message. A server that was frozen with it in hand finds out, when it goes on, that the
/// client has been answered with an error meanwhile, and commits nothing. `now()` is the time of BEGIN, which was answered
/// within a second; the client gives up after three.
const COMMIT_IN_TIME: &str =
    "SELECT 1 / (clock_timestamp() < now() + interval '2 seconds')::int; COMMIT";

/// A connection in use.
#[derive(Debug)]
pub(super) struct Lease {
    connection: Connection,
    /// When the answer comes too late; none on SQLite, which runs in this process.
    deadline: Option<Instant>,
    /// Whether a transaction is open.
    in_transaction: bool,
    /// Whether a statement is under way, or has failed in a way that leaves the connection useless.
    is_broken: bool,
}

/// A connection, and what its answers say of the place that it leads to.
#[derive(Debug)]
enum Connection {
    Sqlite(PoolConnection<Sqlite>, Disk),
    Postgres(PoolConnection<Postgres>, Arc<Availability>),
}

impl Lease {
    /// Takes a connection to SQLite.
    pub(super) fn of_sqlite(connection: PoolConnection<Sqlite>, disk: Disk) -> Self {
        Self::new(Connection::Sqlite(connection, disk), None)
    }

    /// Takes a connection to PostgreSQL.
    pub(super) fn of_postgres(
        connection: PoolConnection<Postgres>,
        availability: Arc<Availability>,
    ) -> Self {
        let deadline = Instant::now().checked_add(TIMEOUT);
        Self::new(Connection::Postgres(connection, availability), deadline)
    }

    fn new(connection: Connection, deadline: Option<Instant>) -> Self {
        Self { connection, deadline, in_transaction: false, is_broken: false }
    }

    /// Begins a transaction; on SQLite one that may write at once.
    pub(super) async fn begin(&mut self) -> Result<(), DbErr> {
        let begin = match self.connection {
            Connection::Sqlite(..) => "BEGIN IMMEDIATE",
            Connection::Postgres(..) => "BEGIN",
        };
        let deadline = self.deadline;
        let begin_deadline = Instant::now().checked_add(BEGIN_TIMEOUT);
        self.deadline = deadline.and(begin_deadline);
        // From here on, whatever has become of the statement.
        self.in_transaction = true;
        self.execute_text(begin).await?;
        self.deadline = deadline;
        Ok(())
    }

    /// Ends the transaction: all of it is kept.
    pub(super) async fn commit(mut self) -> Result<(), DbErr> {
        let commit = match self.connection {
            Connection::Sqlite(..) => "COMMIT",
            Connection::Postgres(..) => COMMIT_IN_TIME,
        };
        if let Err(error) = self.execute_text(commit).await {
            if DbFailure::of(&error) == DbFailure::Io {
                // The frames of the commit may be on the disk, so no answer would be true. The process ends meanwhile.
                sleep(LAST_MOMENTS).await;
            }
            return Err(error);
        }
        self.in_transaction = false;
        if let Connection::Sqlite(_, disk) = &self.connection {
            disk.record_commit();
        }
        Ok(())
    }

    /// Ends the transaction: nothing of it is kept.
    pub(super) async fn roll_back(mut self) -> Result<(), DbErr> {
        if self.is_broken {
            // Closing the connection does the same.
            return Ok(());
        }
        self.execute_text("ROLLBACK").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Runs a statement that answers no rows.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let (sql, values) = parts(statement);
        self.run(async |connection| match connection {
            Connection::Sqlite(c, _) => {
                sqlx::query_with(sql, values).execute(&mut **c).await.map(Into::into)
            }
            Connection::Postgres(c, _) => {
                sqlx::query_with(sql, values).execute(&mut **c).await.map(Into::into)
            }
        })
        .await
    }

    /// Runs statements that stand in a text, without values.
    pub(super) async fn execute_text(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        self.run(async |connection| match connection {
            Connection::Sqlite(c, _) => c.execute(sql).await.map(Into::into),
            Connection::Postgres(c, _) => c.execute(sql).await.map(Into::into),
        })
        .await
    }

    /// Reads the first row.
    pub(super) async fn query_one(
        &mut self,
        statement: Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let (sql, values) = parts(statement);
        self.run(async |connection| match connection {
            Connection::Sqlite(c, _) => {
                let row = sqlx::query_with(sql, values).fetch_optional(&mut **c).await?;
                Ok(row.map(Into::into))
            }
            Connection::Postgres(c, _) => {
                let row = sqlx::query_with(sql, values).fetch_optional(&mut **c).await?;
                Ok(row.map(Into::into))
            }
        })
        .await
    }

    /// Reads all rows.
    pub(super) async fn query_all(
        &mut self,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let (sql, values) = parts(statement);
        self.run(async |connection| match connection {
            Connection::Sqlite(c, _) => {
                let rows = sqlx::query_with(sql, values).fetch_all(&mut **c).await?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
            Connection::Postgres(c, _) => {
                let rows = sqlx::query_with(sql, values).fetch_all(&mut **c).await?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
        })
        .await
    }

    /// Does one thing with the connection, before the deadline.
    async fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, SqlxError>,
    ) -> Result<T, DbErr> {
        if self.is_broken {
            return Err(to_db_err(SqlxError::WorkerCrashed));
        }
        // Until it was answered. If this future is dropped meanwhile, it stays so.
        self.is_broken = true;
        let began = Instant::now();
        let work = work(&mut self.connection);
        let result = match self.deadline {
            Some(deadline) => {
                timeout_at(deadline, work).await.unwrap_or(Err(SqlxError::PoolTimedOut))
            }
            None => work.await,
        };
        let is_late = matches!(result, Err(SqlxError::PoolTimedOut));
        let result = result.map_err(to_db_err);
        let failure = result.as_ref().err().map(DbFailure::of);
        self.is_broken = failure.is_some_and(|failure| !failure.leaves_connection_whole());
        match (&self.connection, &result) {
            (Connection::Sqlite(_, disk), Err(error)) => disk.record(error),
            (Connection::Sqlite(..), Ok(_)) => {}
            (Connection::Postgres(_, availability), _) => {
                // A connection that was cut says nothing of the server: the next one finds out.
                let is_cut = failure == Some(DbFailure::Unreachable) && !is_late;
                if !is_cut {
                    availability.record(began, Instant::now(), failure);
                }
            }
        }
        result
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let is_whole = !self.is_broken && !self.in_transaction;
        match &mut self.connection {
            Connection::Sqlite(..) if is_whole => {}
            // With a test: one that isn't answered in time drops the connection, and frees its place.
            Connection::Postgres(connection, _) if is_whole => {
                tokio::spawn(timeout(RETURN_TIMEOUT, connection.return_to_pool()));
            }
            Connection::Sqlite(connection, _) => connection.close_on_drop(),
            Connection::Postgres(connection, _) => connection.close_on_drop(),
        }
    }
}

/// A statement's text and values, as sqlx takes them.
fn parts(statement: Statement) -> (sqlx::AssertSqlSafe<String>, SqlxValues) {
    let values = statement.values.unwrap_or_else(|| Values(Vec::new()));
    (sqlx::AssertSqlSafe(statement.sql), SqlxValues(values))
}
