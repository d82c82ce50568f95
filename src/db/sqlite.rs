//! SQLite inside this process, beneath SeaORM.
//!
//! Statements run on the thread that asks for them, prepared and cached: a query by a key takes less time than handing it to
//! another thread. What may take long doesn't: commits, which flush the disk, statements that change many rows, and queries
//! that turn out to be slow run on threads that may wait.

use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use entity::UserKey;
use sea_orm::{DatabaseConnection, DbErr, ProxyExecResult, ProxyRow, Statement};
use tokio::spawn;
use tokio::task::spawn_blocking;
use tokio::time::Duration;

mod account;
mod connection;
mod disk;
mod error;
pub mod file;
mod readers;
mod sound;
mod values;
mod watch;
mod writer;

pub(super) use connection::Durability;
use connection::{Connection, Source};
use disk::Disk;
pub use disk::DiskFailure;
pub(super) use error::SqliteError;
use readers::Readers;
pub(super) use sound::query as query_checked;
pub(super) use writer::Change;
use writer::Writer;

use super::accounts::{Account, Accounts};
use super::usage::Pool;
use crate::trace;
use crate::trace::{Statement as Span, System};

/// How long a request waits for its turn to write, or for a connection that reads (AV-3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a query, or the statements of a change together, may take.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How long a statement may hold up a thread of the runtime, and the requests that wait for it.
const MOMENT: Duration = Duration::from_millis(5);

/// An SQLite file: one connection writes, several read.
#[derive(Clone, Debug)]
pub struct Sqlite(Arc<Connections>);

#[derive(Debug)]
struct Connections {
    source: Source,
    readers: Arc<Readers>,
    writer: Writer,
}

impl Sqlite {
    /// Opens the database in a file, which is made if it is missing. I/O errors are recorded in `failure`.
    pub(super) async fn open(
        file: &Path,
        durability: Durability,
        failure: &DiskFailure,
    ) -> anyhow::Result<Self> {
        check_version()?;
        let disk = Disk::new(failure.clone());
        let source = Source { path: file.to_owned(), durability, disk };
        let of_writer = source.clone();
        let writer = spawn_blocking(move || Writer::open(of_writer)).await??;
        let readers = Arc::new(Readers::new(source.clone()));
        Ok(Self(Arc::new(Connections { source, readers, writer })))
    }

    /// Runs a query, and reads at most so many rows: on a connection that reads, unless it writes and answers by `RETURNING`.
    pub(super) async fn query(
        &self,
        statement: Statement,
        max_rows: usize,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        if !["INSERT", "UPDATE", "DELETE"].iter().any(|verb| statement.sql.starts_with(verb)) {
            let span = Span::begin(System::Sqlite, &statement.sql);
            return span.end(self.0.readers.query(statement, max_rows).await);
        }
        let mut change = self.begin().await?;
        let rows = change.query(&statement, max_rows)?;
        spawn(trace::carry(change.commit())).await.unwrap_or_else(|_| Err(error::closed()))?;
        Ok(rows)
    }

    /// The user with this key and all sessions, as of one moment.
    pub(crate) async fn account(&self, key: UserKey) -> Result<Option<Account>, DbErr> {
        let span = Span::begin(System::Sqlite, account::query());
        let read = move |reader: &mut Connection| reader.run(|sqlite| account::read(sqlite, &key));
        span.end(self.0.readers.read(read).await)
    }

    /// Runs a statement as a transaction of its own. It may concern many rows.
    pub(super) async fn execute(&self, statement: Statement) -> Result<ProxyExecResult, DbErr> {
        let span = Span::begin(System::Sqlite, &statement.sql);
        let write = self.write(Some(TIME_LIMIT), move |connection| connection.execute(&statement));
        span.end(write.await)
    }

    /// Runs statements that stand in a text. Each is a transaction of its own, unless the text says otherwise.
    pub(super) async fn execute_text(&self, sql: &str) -> Result<ProxyExecResult, DbErr> {
        let span = Span::begin_text(System::Sqlite, sql);
        let sql = sql.to_owned();
        span.end(self.write(None, move |connection| connection.execute_text(&sql)).await)
    }

    async fn write(
        &self,
        limit: Option<Duration>,
        work: impl FnOnce(&mut Connection) -> Result<ProxyExecResult, DbErr> + Send + 'static,
    ) -> Result<ProxyExecResult, DbErr> {
        let done = self.0.writer.alone(limit, work).await?;
        self.0.source.disk.record_commit();
        Ok(done)
    }

    /// Begins a change, once those before it have had their turn.
    pub(super) async fn begin(&self) -> Result<Change, DbErr> {
        let span = Span::begin_text(System::Sqlite, "BEGIN");
        span.end(self.0.writer.begin().await)
    }

    /// Forgets kept accounts from now on when their rows are changed.
    pub(super) async fn watch(&self, accounts: Accounts) -> Result<(), DbErr> {
        self.0.writer.watch(accounts).await
    }

    /// Forgets all kept accounts if another program has written. Returns whether that is certain, without waiting.
    pub(super) fn look(&self) -> bool {
        self.0.writer.look()
    }

    /// Moves what was committed from the log into the file, as far as no reader needs the old pages.
    pub(super) async fn checkpoint(&self) -> Result<(), DbErr> {
        let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
        let moved = self.0.writer.alone(None, |connection| connection.execute_text(checkpoint));
        moved.await.map(drop)
    }

    /// One more connection, as SeaORM's own, without time limits: for migrations and other steps while nothing is served.
    pub(super) async fn for_maintenance(&self) -> anyhow::Result<DatabaseConnection> {
        file::open(&self.0.source.path, file::Access::Write).await
    }

    /// The connections that read, and the one that writes.
    pub(super) fn pools(&self) -> Vec<Pool> {
        vec![self.0.readers.pool(), self.0.writer.pool()]
    }

    /// Closes the connections, once each is given back: the database is then a single file.
    pub(super) async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }

    /// Whether the last write found the disk full.
    pub(super) fn is_full(&self) -> bool {
        self.0.source.disk.is_full()
    }
}

/// Refuses an SQLite that can lose committed writes (DU-5: the WAL-reset race).
pub(super) fn check_version() -> anyhow::Result<()> {
    let version = rusqlite::version();
    ensure!(
        is_safe(version),
        "SQLite {version} can lose committed writes; 3.51.3 or newer is needed"
    );
    Ok(())
}

/// Whether the WAL-reset race is mended in this version of SQLite.
fn is_safe(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [3, 44, patch, ..] => *patch >= 6,
        [3, 50, patch, ..] => *patch >= 7,
        [3, 51, patch, ..] => *patch >= 3,
        [3, minor, ..] => *minor > 51,
        [major, ..] => *major > 3,
        [] => false,
    }
}

#[cfg(test)]
mod tests;
