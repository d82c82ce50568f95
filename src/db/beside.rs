//! Opens the database beside a server that serves it, for commands that read or write a few rows.
//!
//! On SQLite that is what `accountd backup` does: a connection of its own without the lock of servers, which keeps a second
//! server off. SQLite's own locks order its writes and the server's, each of which waits for the other. So nothing that
//! the server keeps in memory may be written in this way.

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::postgres::Postgres;
use super::sqlite::file;
use super::sqlite::file::Access;
use crate::config::database::Database;

/// The advice for a database that is missing or old.
pub(crate) const MISSING: &str = "start a server of this release, or run `accountd migrate` (the data of `accountd dev` \
                                  is used with --dev)";

/// Opens the database. Fails if it hasn't got the tables of this release.
pub(crate) async fn open(config: &Database, access: Access) -> anyhow::Result<DatabaseConnection> {
    let db = if let Some(path) = config.file() {
        ensure!(path.exists(), "there is no database at {}: {MISSING}", path.display());
        file::open(&path, access).await?
    } else {
        let postgres = Postgres::open(config.url.expose().as_str()).await;
        postgres.context("the database can't be opened")?.for_maintenance()
    };
    ensure!(is_current(&db).await?, "the database is of an older release: {MISSING}");
    Ok(db)
}

/// Whether the newest table is there.
async fn is_current(db: &DatabaseConnection) -> anyhow::Result<bool> {
    let backend = db.get_database_backend();
    let query = if backend == DbBackend::Postgres {
        "SELECT count(to_regclass('revocations')) AS n"
    } else {
        "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'revocations'"
    };
    let row = db.query_one_raw(Statement::from_string(backend, query)).await?;
    let n: i64 = row.context("the database has no answer")?.try_get("", "n")?;
    Ok(n > 0)
}
