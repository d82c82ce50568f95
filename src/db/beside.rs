//! Opens the database beside a server that serves it, for commands that read or write a few rows.
//!
//! On SQLite that is what `accountd backup` does: a connection of its own without the lock of servers, which keeps a second
//! server off. SQLite's own locks order its writes and the server's, each of which waits for the other. So nothing that
//! the server keeps in memory may be written in this way.

use anyhow::{Context, ensure};
use migration::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::migrate;
use super::postgres::Postgres;
use super::sqlite::file;
use super::sqlite::file::Access;
use crate::config::database::Database;

/// The advice for a database that is missing or old.
pub(crate) const MISSING: &str = "start a server of this release, or run `accountd migrate` (the data of `accountd dev` \
                                  is used with --dev)";

const OLD: &str = "the database lacks tables or migrations of this release";

/// Opens the database. Fails if it hasn't got the tables of this release.
pub(crate) async fn open(config: &Database, access: Access) -> anyhow::Result<DatabaseConnection> {
    let db = if let Some(path) = config.file() {
        ensure!(path.exists(), "there is no database at {}: {MISSING}", path.display());
        file::open(&path, access).await?
    } else {
        let postgres = Postgres::open(config.url.expose().as_str()).await;
        postgres.context("the database can't be opened")?.for_maintenance()
    };
    ensure!(
        has_table(&db, "users").await?,
        "the database (database.url) has no tables of accountd: {MISSING}"
    );
    // The newest table is there. What other migrations have changed doesn't matter here: servers of two releases may run.
    ensure!(has_table(&db, "revocations").await?, "{OLD}: {MISSING}");
    Ok(db)
}

/// Fails unless all migrations of this release have been applied to the database.
pub(crate) async fn check_current(config: &Database) -> anyhow::Result<()> {
    let db = open(config, Access::Read).await?;
    let is_complete = migrate::is_complete::<Migrator>(&db).await;
    db.close().await?;
    ensure!(is_complete?, "{OLD}: {MISSING}");
    Ok(())
}

/// Whether the database has a table.
pub(super) async fn has_table(db: &DatabaseConnection, name: &str) -> anyhow::Result<bool> {
    let backend = db.get_database_backend();
    let query = if backend == DbBackend::Postgres {
        "SELECT count(to_regclass($1)) AS n"
    } else {
        "SELECT count(*) AS n FROM sqlite_schema WHERE name = $1"
    };
    let statement = Statement::from_sql_and_values(backend, query, [name.into()]);
    let row = db.query_one_raw(statement).await?;
    let n: i64 = row.context("the database has no answer")?.try_get("", "n")?;
    Ok(n > 0)
}
