//! One connection to an SQLite file: prepared statements, run by the thread that asks, within a time limit.

use std::ffi::c_int;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::OpenFlags;
use sea_orm::{DbErr, ProxyExecResult, ProxyRow, Statement};
use tokio::time::{Duration, Instant};

use super::disk::Disk;
use super::{error, values};
use crate::db::failure::DbFailure;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;
/// How many steps SQLite takes between two looks at the clock: less than a millisecond's worth.
const STEPS: c_int = 1_000;
/// How long another program, such as `sqlite3`, may keep the file from a statement without a time limit.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The failures that a commit survives.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) enum Durability {
    /// A power cut.
    Full,
    /// The death of the process.
    Process,
}

impl Durability {
    /// Whether a commit waits for the disk.
    pub(super) fn needs_flush(self) -> bool {
        match self {
            Self::Full => true,
            Self::Process => false,
        }
    }
}

/// An SQLite file, and how it is opened.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) durability: Durability,
    pub(super) disk: Disk,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection {
    inner: rusqlite::Connection,
    /// When the statement that runs is interrupted.
    deadline: Arc<Mutex<Option<Instant>>>,
    disk: Disk,
    /// An error after which nobody knows what the connection would do next. It runs nothing more.
    failure: Option<DbErr>,
}

impl Connection {
    /// Opens a connection that may write. Makes the file if it is missing.
    pub(super) fn create(source: &Source) -> Result<Self, DbErr> {
        Self::open_with(source, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a connection that may write to a file that is there.
    pub(super) fn open(source: &Source) -> Result<Self, DbErr> {
        Self::open_with(source, OpenFlags::empty())
    }

    fn open_with(source: &Source, flags: OpenFlags) -> Result<Self, DbErr> {
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let synchronous = match source.durability {
            Durability::Full => "FULL",
            Durability::Process => "NORMAL",
        };
        let opened = rusqlite::Connection::open_with_flags(&source.path, flags);
        let mut connection = Self {
            inner: opened
                .map_err(error::to_db_err)
                .inspect_err(|error| source.disk.record(error))?,
            deadline: Arc::default(),
            disk: source.disk.clone(),
            failure: None,
        };
        connection.run(|sqlite| {
            sqlite.busy_timeout(BUSY_TIMEOUT)?;
            sqlite.set_prepared_statement_cache_capacity(STATEMENTS);
            // Where there can be no log, SQLite answers with another mode, and no error.
            let mode: String =
                sqlite.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
            if mode != "wal" {
                let problem =
                    format!("there can be no write-ahead log, the journal mode is {mode}");
                let error = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR);
                return Err(rusqlite::Error::SqliteFailure(error, Some(problem)));
            }
            // SQLite would ignore the errors of the disk that its own checkpoints meet (DU-4), see `Sqlite::checkpoint`.
            // Copies of pages, which it makes to undo a change, stay out of the machine's folder of temporary files.
            sqlite.execute_batch(&format!(
                "PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
                 PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY"
            ))
        })?;
        connection.watch_clock()?;
        Ok(connection)
    }

    /// Opens a connection that only reads.
    pub(super) fn open_reader(source: &Source) -> Result<Self, DbErr> {
        let mut reader = Self::open(source)?;
        reader.run(|sqlite| sqlite.execute_batch("PRAGMA query_only = ON"))?;
        Ok(reader)
    }

    /// Interrupts what runs after the deadline.
    fn watch_clock(&mut self) -> Result<(), DbErr> {
        let deadline = Arc::clone(&self.deadline);
        let is_over = move || {
            let deadline = *deadline.lock().unwrap_or_else(PoisonError::into_inner);
            deadline.is_some_and(|deadline| Instant::now() >= deadline)
        };
        self.run(|sqlite| sqlite.progress_handler(STEPS, Some(is_over)))
    }

    /// Gives the statements that follow so much time together, also for waiting until another program has done with the file;
    /// as much as they need, if no limit is named.
    pub(super) fn set_time_limit(&mut self, limit: Option<Duration>) {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        *self.deadline() = deadline;
        // Without it a statement fails at once where it would wait.
        let _ = self.inner.busy_timeout(limit.unwrap_or(BUSY_TIMEOUT));
    }

    /// Runs a query, and reads at most so many rows.
    pub(super) fn query(
        &mut self,
        statement: &Statement,
        max_rows: usize,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        self.run(|sqlite| {
            let mut prepared = sqlite.prepare_cached(&statement.sql)?;
            values::bind(&mut prepared, statement)?;
            values::rows(&mut prepared, max_rows)
        })
    }

    /// Runs a statement that answers no rows.
    pub(super) fn execute(&mut self, statement: &Statement) -> Result<ProxyExecResult, DbErr> {
        self.run(|sqlite| {
            let mut prepared = sqlite.prepare_cached(&statement.sql)?;
            values::bind(&mut prepared, statement)?;
            let rows_affected = u64::try_from(prepared.raw_execute()?).unwrap_or_default();
            let last_insert_id = u64::try_from(sqlite.last_insert_rowid()).unwrap_or_default();
            Ok(ProxyExecResult { last_insert_id, rows_affected })
        })
    }

    /// Runs statements that stand in a text, without values.
    pub(super) fn execute_text(&mut self, sql: &str) -> Result<ProxyExecResult, DbErr> {
        self.run(|sqlite| {
            sqlite.execute_batch(sql)?;
            Ok(ProxyExecResult { last_insert_id: 0, rows_affected: sqlite.changes() })
        })
    }

    /// Runs a statement that begins or ends a transaction. It isn't interrupted: SQLite counts the steps of a prepared
    /// statement over all executions, so it could report an interruption after the statement has taken effect.
    pub(super) fn step(&mut self, sql: &'static str) -> Result<(), DbErr> {
        let deadline = self.deadline().take();
        let done = self.run(|sqlite| sqlite.prepare_cached(sql)?.raw_execute().map(drop));
        *self.deadline() = deadline;
        done
    }

    /// Whether a transaction is open. SQLite ends it by itself after some errors.
    pub(super) fn in_transaction(&self) -> bool {
        !self.inner.is_autocommit()
    }

    /// The error after which the connection is of no use.
    pub(super) fn failure(&self) -> Option<&DbErr> {
        self.failure.as_ref()
    }

    fn deadline(&self) -> MutexGuard<'_, Option<Instant>> {
        self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn run<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DbErr> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        work(&self.inner).map_err(|error| {
            let error = error::to_db_err(error);
            self.disk.record(&error);
            if !DbFailure::of(&error).leaves_connection_whole() {
                self.failure = Some(error.clone());
            }
            error
        })
    }
}
