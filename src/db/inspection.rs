//! Looks at the database without making or changing anything, for `accountd doctor`.

use std::path::Path;

use anyhow::{Context, bail};
use migration::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use super::generation::dump;
use super::postgres::Postgres;
use super::sqlite::file;
use super::sqlite::file::Access;
use super::{beside, migrate, sqlite};
use crate::config::database::Database;

/// Says which database answers, and fails if it may lose what it has acknowledged.
pub(crate) async fn inspect(config: &Database) -> anyhow::Result<String> {
    match config.file() {
        Some(path) => inspect_sqlite(&path).await,
        None => inspect_postgres(config).await,
    }
}

async fn inspect_sqlite(path: &Path) -> anyhow::Result<String> {
    if !path.exists() {
        let folder = path.parent().context("the path has no folder")?;
        let metadata = folder.metadata().with_context(|| folder.display().to_string())?;
        if metadata.permissions().readonly() {
            bail!("{} can't be written to", folder.display());
        }
        return Ok(format!("SQLite, will be made at {}", path.display()));
    }
    sqlite::check_version()?;
    let db = file::open(path, Access::Read).await?;
    // The second column reads the file.
    let query =
        "SELECT sqlite_version() AS version, (SELECT count(*) FROM sqlite_schema) AS tables";
    let version = version(&db, query).await?;
    Ok(format!("SQLite {version} answers{}", pending(&db).await?))
}

async fn inspect_postgres(config: &Database) -> anyhow::Result<String> {
    let postgres = Postgres::open(config.url.expose().as_str()).await;
    let postgres = postgres.context("the database can't be opened")?;
    let query = "SELECT current_setting('server_version') AS version";
    let db = postgres.for_maintenance();
    let version = version(&db, query).await?;
    dump::check(&db).await?;
    if !config.allow_data_loss {
        postgres.check_durability().await?;
    }
    Ok(format!("PostgreSQL {version} answers{}", pending(&db).await?))
}

/// Says what the next start does to the tables; nothing if they are those of this release.
async fn pending(db: &DatabaseConnection) -> anyhow::Result<&'static str> {
    if !beside::has_table(db, "users").await? {
        return Ok(", without tables: the first start or `accountd migrate` makes them");
    }
    Ok(if migrate::is_complete::<Migrator>(db).await? {
        ""
    } else {
        ", of an older release: the next start or `accountd migrate` brings it up to date"
    })
}

async fn version(db: &DatabaseConnection, query: &str) -> anyhow::Result<String> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    Ok(row.context("the database doesn't return its version")?.try_get("", "version")?)
}
