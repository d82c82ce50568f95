//! Opening databases: how SQLite and PostgreSQL are set up.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions, Connection};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::disk::DiskFailure;
use super::pool::Pool;
use crate::config;

/// How many connections a PostgreSQL pool has.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long a request waits for a free connection (AV-3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection to PostgreSQL may have been idle to be used untested.
const FRESH: Duration = Duration::from_secs(1);

/// Connects to `url` with a pool; on SQLite with up to `connections`, whose I/O errors are recorded in `disk_failure`.
pub(crate) async fn connect(
    url: &str,
    connections: u32,
    disk_failure: &DiskFailure,
) -> anyhow::Result<Pool> {
    if url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(url)?
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(256);
        let pool = open_sqlite(options, connections, disk_failure).await;
        let pool = pool.context("the database can't be opened")?;
        check_sqlite_version(&pool).await?;
        Ok(pool)
    } else {
        open_postgres(url).await.context("the database can't be opened")
    }
}

async fn open_sqlite(
    options: SqliteConnectOptions,
    connections: u32,
    disk_failure: &DiskFailure,
) -> anyhow::Result<Pool> {
    let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    // SQLite would ignore the errors of the disk that its own checkpoints meet (DU-4), see `Pool::checkpoint`.
    let options = options.pragma("wal_autocheckpoint", "0");
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.disable_statement_logging())
        .await?;
    Ok(Pool::of_sqlite(pool, disk_failure.clone()))
}

async fn open_postgres(url: &str) -> anyhow::Result<Pool> {
    let options = PgConnectOptions::from_str(url)?.application_name("accountd").options([
        ("statement_timeout", "2500"),
        ("lock_timeout", "1000"),
        ("idle_in_transaction_session_timeout", "10000"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                // One that was used a moment ago was tested when it was given back.
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options.disable_statement_logging())
        .await?;
    Ok(Pool::of_postgres(pool))
}

/// Says which database answers, and fails if it may lose what it has acknowledged. Makes and changes nothing.
pub(crate) async fn inspect(config: &config::database::Database) -> anyhow::Result<String> {
    let url = config.url.expose().as_str();
    if let Some(path) = url.strip_prefix("sqlite://")
        && !Path::new(path).exists()
    {
        let folder = Path::new(path).parent().context("the path has no folder")?;
        let metadata = folder.metadata().with_context(|| folder.display().to_string())?;
        if metadata.permissions().readonly() {
            bail!("{} can't be written to", folder.display());
        }
        return Ok(format!("SQLite, will be made at {path}"));
    }
    let db = connect(url, 1, &DiskFailure::default()).await?;
    let (name, query) = match db.get_database_backend() {
        DbBackend::Sqlite => ("SQLite", "SELECT sqlite_version() AS version"),
        _ => ("PostgreSQL", "SELECT current_setting('server_version') AS version"),
    };
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    let version: String =
        row.context("the database doesn't tell its version")?.try_get("", "version")?;
    if !config.allow_data_loss {
        check_durability(&db).await?;
    }
    Ok(format!("{name} {version} answers"))
}

/// Fails when PostgreSQL is set to lose what it has acknowledged (DU-3). SQLite is set by us.
pub(super) async fn check_durability(db: &Pool) -> anyhow::Result<()> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for setting in ["fsync", "synchronous_commit"] {
        let query = format!("SELECT current_setting('{setting}') AS value");
        let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, query)).await?;
        let value: String =
            row.with_context(|| format!("{setting} is unknown"))?.try_get("", "value")?;
        if value == "off" {
            bail!(
                "PostgreSQL has {setting} = off, so that it may lose what it has acknowledged: turn it on, \
                 or set database.allow_data_loss"
            );
        }
    }
    Ok(())
}

/// Opens a database file whose writes survive the death of the process, but not always a power cut.
pub(crate) async fn open_scratch(file: &Path, disk_failure: &DiskFailure) -> anyhow::Result<Pool> {
    let options = SqliteConnectOptions::new().filename(file).synchronous(SqliteSynchronous::Normal);
    open_sqlite(options, 1, disk_failure).await.context("the rate limits can't be opened")
}

/// Refuses an SQLite that can lose committed writes (DU-5: the WAL-reset race).
async fn check_sqlite_version(db: &Pool) -> anyhow::Result<()> {
    let statement = Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version() AS version");
    let row = db.query_one_raw(statement).await?.context("SQLite doesn't tell its version")?;
    let version: String = row.try_get("", "version")?;
    if !is_safe_sqlite(&version) {
        bail!("SQLite {version} can lose committed writes; 3.51.3 or newer is needed");
    }
    Ok(())
}

/// Whether the WAL-reset race is mended in this version of SQLite.
fn is_safe_sqlite(version: &str) -> bool {
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
mod tests {
    use super::*;

    /// DU-5: 3.51.3 and later, and the two lines that were mended.
    #[test]
    fn only_a_mended_sqlite_is_safe() {
        for version in ["3.51.3", "3.52.0", "3.50.7", "3.44.6", "4.0.0"] {
            assert!(is_safe_sqlite(version), "{version}");
        }
        for version in ["3.51.2", "3.50.6", "3.46.0", "3.44.5", "3.7.0", ""] {
            assert!(!is_safe_sqlite(version), "{version}");
        }
    }
}
