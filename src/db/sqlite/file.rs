//! SQLite files that nobody serves: for migrations, backups and what else is done by command, however long it takes.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use rusqlite::OpenFlags;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, ProxyDatabaseTrait,
    ProxyExecResult, ProxyRow, Statement,
};
use tokio::task::spawn_blocking;

use super::{error, values};

/// How long another program may keep the file to itself.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The purpose of an opened file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Writing, in the way that the file was written so far.
    Write,
    /// Writing a copy, which is thrown away when that fails.
    Scratch,
}

/// Opens the database in an existing file with one connection.
///
/// It is SeaORM's own kind of connection, which migrations need. Its `begin` and `commit` do nothing; see `in_transaction`.
pub async fn open(file: &Path, access: Access) -> anyhow::Result<DatabaseConnection> {
    let path = file.to_owned();
    let opened = spawn_blocking(move || connect(&path, access)).await?;
    let opened = opened.with_context(|| format!("{} can't be opened", file.display()))?;
    let opened = OneConnection(Arc::new(Mutex::new(opened)));
    Ok(Database::connect_proxy(DbBackend::Sqlite, Arc::new(Box::new(opened))).await?)
}

/// Does `work` in one transaction of a connection that [`open`] has opened: all of it is kept, or nothing.
pub(crate) async fn in_transaction<T>(
    db: &DatabaseConnection,
    work: impl AsyncFnOnce(&DatabaseConnection) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    db.execute_unprepared("BEGIN IMMEDIATE").await?;
    match work(db).await {
        Ok(done) => {
            db.execute_unprepared("COMMIT").await?;
            Ok(done)
        }
        Err(error) => {
            // Without a connection there is no transaction either.
            let _ = db.execute_unprepared("ROLLBACK").await;
            Err(error)
        }
    }
}

fn connect(file: &Path, access: Access) -> Result<rusqlite::Connection, DbErr> {
    let flags = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::Write | Access::Scratch => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let pragmas = match access {
        Access::Read => "",
        // The errors of such checkpoints would go unnoticed (DU-4).
        Access::Write => "PRAGMA wal_autocheckpoint = 0",
        Access::Scratch => "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
    };
    let open = || {
        let connection = rusqlite::Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute_batch("PRAGMA foreign_keys = ON")?;
        connection.execute_batch(pragmas)?;
        if access != Access::Read
            && let Some(folder) = file.parent().and_then(Path::to_str)
        {
            // Large sorts don't fit into memory, and the machine may have no other folder that we may write to.
            connection.pragma_update(None, "temp_store_directory", folder)?;
        }
        Ok(connection)
    };
    open().map_err(error::to_db_err)
}

#[derive(Clone, Debug)]
struct OneConnection(Arc<Mutex<rusqlite::Connection>>);

impl OneConnection {
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DbErr> {
        let connection = Arc::clone(&self.0);
        let done = spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&connection).map_err(error::to_db_err)
        });
        done.await.unwrap_or_else(|_| Err(error::closed()))
    }
}

#[async_trait]
impl ProxyDatabaseTrait for OneConnection {
    async fn query(&self, statement: Statement) -> Result<Vec<ProxyRow>, DbErr> {
        self.run(move |connection| {
            let mut prepared = connection.prepare_cached(&statement.sql)?;
            values::bind(&mut prepared, &statement)?;
            values::rows(&mut prepared, usize::MAX)
        })
        .await
    }

    async fn execute(&self, statement: Statement) -> Result<ProxyExecResult, DbErr> {
        self.run(move |connection| {
            if statement.values.is_none() {
                // A text may hold several.
                connection.execute_batch(&statement.sql)?;
            } else {
                let mut prepared = connection.prepare_cached(&statement.sql)?;
                values::bind(&mut prepared, &statement)?;
                prepared.raw_execute()?;
            }
            let last_insert_id = u64::try_from(connection.last_insert_rowid()).unwrap_or_default();
            Ok(ProxyExecResult { last_insert_id, rows_affected: connection.changes() })
        })
        .await
    }
}
