//! Opening databases: how SQLite and PostgreSQL are set up, and the schema brought up to date.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use anyhow::bail;
use migration::Migrate;
use sea_orm::ConnectOptions;
use sea_orm::ConnectionTrait;
use sea_orm::Database;
use sea_orm::DatabaseConnection;
use sea_orm::DbBackend;
use sea_orm::SqliteTransactionMode;
use sea_orm::Statement;
use sea_orm::TransactionOptions;
use sea_orm::TransactionTrait;
use sea_orm::sqlx::sqlite::SqliteJournalMode;
use sea_orm::sqlx::sqlite::SqliteSynchronous;

/// How many connections a PostgreSQL pool has.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long a request waits for a free connection (security.md AV-3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// The advisory lock under which instances migrate one after the other.
const MIGRATION_LOCK: i64 = 0x6163_636f_756e_7464;

/// Connects to `url` with a pool; on SQLite with up to `connections`.
pub(crate) async fn connect(url: &str, connections: u32) -> anyhow::Result<DatabaseConnection> {
    let sqlite = url.starts_with("sqlite:");
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(if sqlite { connections } else { POSTGRES_CONNECTIONS })
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .statement_cache_capacity(256)
        })
        .map_sqlx_postgres_opts(|options| {
            options.application_name("accountd").options([
                ("statement_timeout", "3000"),
                ("lock_timeout", "1000"),
                ("idle_in_transaction_session_timeout", "10000"),
            ])
        });
    let db = Database::connect(options).await.context("the database can't be opened")?;
    if sqlite {
        check_sqlite_version(&db).await?;
    }
    Ok(db)
}

/// Tells which database answers at `url`. Makes and changes nothing.
pub(crate) async fn inspect(url: &str) -> anyhow::Result<String> {
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
    let db = connect(url, 1).await?;
    let (name, query) = match db.get_database_backend() {
        DbBackend::Sqlite => ("SQLite", "SELECT sqlite_version() AS version"),
        _ => ("PostgreSQL", "SELECT current_setting('server_version') AS version"),
    };
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    let version: String =
        row.context("the database doesn't tell its version")?.try_get("", "version")?;
    Ok(format!("{name} {version} answers"))
}

/// Opens a database file whose writes survive the death of the process, but not always a power cut.
pub(crate) async fn open_scratch(file: &Path) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
    options.max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT).sqlx_logging(false);
    let file = file.to_owned();
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
    });
    Database::connect(options).await.context("the rate limits can't be opened")
}

/// Applies the migrations of `M` that are missing, one process at a time, all of them or none.
pub(crate) async fn apply<M: Migrate>(db: &DatabaseConnection) -> anyhow::Result<()> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let tx = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            .await?;
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        tx.execute_unprepared(&lock).await?;
    }
    M::up(&tx, None).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses an SQLite that can lose committed writes (security.md DU-5: the WAL-reset race).
async fn check_sqlite_version(db: &DatabaseConnection) -> anyhow::Result<()> {
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
