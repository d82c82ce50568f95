//! A connection to PostgreSQL in the hands of one reader or one transaction.
//!
//! A connection goes back to its pool only after its last statement was answered and its transaction has ended. In every other
//! case it is closed: when the database failed, when nobody waited for the answer, when a COMMIT or ROLLBACK was refused. What
//! such a connection would do next, nobody knows (DU-4, AV-5).

use std::sync::Arc;

use deadpool::managed::Object;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{Executor, PgConnection};
use sea_orm::{DbErr, ExecResult, QueryResult, SqlxError, Statement, Values, sqlx};
use sea_query_sqlx::SqlxValues;
use tokio::time::{Duration, Instant, timeout_at};

use super::availability::Availability;
use super::connector::Pooled;
use crate::db::failure::{DbFailure, to_db_err};
use crate::db::usage::Usage;
use crate::trace::{Statement as Span, System};

/// How long PostgreSQL may take to begin a transaction.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a read, or a transaction as a whole, may take on PostgreSQL from its first statement to its last answer.
///
/// Together with the two seconds that a free connection may take, a request is answered within five (AV-5).
const TIMEOUT: Duration = Duration::from_secs(3);

/// Statements with more values are planned for each call.
///
/// Their text depends on how many values there are, so prepared ones would fill each connection's memory. And PostgreSQL keeps the
/// plan of a prepared statement: one that was made for a small table would still read all of it after thousands of users have been
/// imported, until statistics are collected.
const MAX_PREPARED_VALUES: usize = 100;

/// Commits a transaction of PostgreSQL within two seconds of its beginning, else fails.
///
/// Both statements travel in one message. A server that was frozen with it in hand finds out, when it goes on, that the
/// client has been answered with an error meanwhile, and commits nothing. `now()` is the time of BEGIN, which was answered
/// within a second; the client gives up after three.
const COMMIT_IN_TIME: &str =
    "SELECT 1 / (clock_timestamp() < now() + interval '2 seconds')::int; COMMIT";

/// A connection in use.
#[derive(Debug)]
pub(in crate::db) struct Lease {
    /// None only at the end.
    connection: Option<Pooled>,
    /// The state of the server, from its answers.
    availability: Arc<Availability>,
    /// When the answer comes too late.
    deadline: Option<Instant>,
    /// Whether a transaction is open.
    in_transaction: bool,
    /// Whether a statement is under way, or has failed in a way that leaves the connection useless.
    is_broken: bool,
    usage: Arc<Usage>,
}

impl Lease {
    /// Takes a connection.
    pub(super) fn new(
        connection: Pooled,
        availability: Arc<Availability>,
        usage: Arc<Usage>,
    ) -> Self {
        let deadline = Instant::now().checked_add(TIMEOUT);
        let connection = Some(connection);
        Self { connection, availability, deadline, in_transaction: false, is_broken: false, usage }
    }

    /// Begins a transaction.
    pub(super) async fn begin(&mut self) -> Result<(), DbErr> {
        let deadline = self.deadline;
        self.deadline = Instant::now().checked_add(BEGIN_TIMEOUT);
        // From here on, whatever has become of the statement.
        self.in_transaction = true;
        self.execute_text("BEGIN").await?;
        self.deadline = deadline;
        Ok(())
    }

    /// Ends the transaction: all of it is kept.
    pub(in crate::db) async fn commit(mut self) -> Result<(), DbErr> {
        self.execute_text(COMMIT_IN_TIME).await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Ends the transaction: nothing of it is kept.
    pub(in crate::db) async fn roll_back(mut self) -> Result<(), DbErr> {
        if self.is_broken {
            // Closing the connection does the same.
            return Ok(());
        }
        self.execute_text("ROLLBACK").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Runs a statement that answers no rows.
    pub(in crate::db) async fn execute(
        &mut self,
        statement: Statement,
    ) -> Result<ExecResult, DbErr> {
        let span = Span::begin(System::Postgresql, &statement.sql);
        let query = query(statement);
        let run = self.run(async |connection| query.execute(connection).await.map(Into::into));
        span.end(run.await)
    }

    /// Runs statements that stand in a text, without values.
    pub(in crate::db) async fn execute_text(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let span = Span::begin_text(System::Postgresql, sql);
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        span.end(self.run(async |connection| connection.execute(sql).await.map(Into::into)).await)
    }

    /// Reads the first row.
    pub(in crate::db) async fn query_one(
        &mut self,
        statement: Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let span = Span::begin(System::Postgresql, &statement.sql);
        let query = query(statement);
        let run = self.run(async |connection| {
            // To the end of the answer: whoever has the connection next finds nothing of it.
            let rows = query.fetch_all(connection).await?;
            Ok(rows.into_iter().next().map(Into::into))
        });
        span.end(run.await)
    }

    /// Reads all rows.
    pub(in crate::db) async fn query_all(
        &mut self,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let span = Span::begin(System::Postgresql, &statement.sql);
        let query = query(statement);
        let run = self.run(async |connection| {
            let rows = query.fetch_all(connection).await?;
            Ok(rows.into_iter().map(Into::into).collect())
        });
        span.end(run.await)
    }

    /// Does one thing with the connection, before the deadline.
    async fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, SqlxError>,
    ) -> Result<T, DbErr> {
        let Some(connection) = self.connection.as_mut().filter(|_| !self.is_broken) else {
            return Err(to_db_err(SqlxError::WorkerCrashed));
        };
        self.usage.statements.count();
        // Until it was answered. If this future is dropped meanwhile, it stays so.
        self.is_broken = true;
        let began = Instant::now();
        let work = work(connection);
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
        // A connection that was cut says nothing of the server: the next one finds out.
        let is_cut = failure == Some(DbFailure::Unreachable) && !is_late;
        if !is_cut {
            self.availability.record(began, Instant::now(), failure);
        }
        result
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.is_broken || self.in_transaction {
            // Out of the pool, which has room for another one.
            drop(self.connection.take().map(Object::take));
        }
    }
}

/// A statement as sqlx takes it.
fn query(statement: Statement) -> Query<'static, sqlx::Postgres, SqlxValues> {
    let values = statement.values.unwrap_or_else(|| Values(Vec::new()));
    let is_prepared = values.0.len() <= MAX_PREPARED_VALUES;
    sqlx::query_with(sqlx::AssertSqlSafe(statement.sql), SqlxValues(values)).persistent(is_prepared)
}

#[cfg(test)]
mod tests;
