//! Brings the schema of a database up to date, beside servers that serve from it.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Context;
use migration::Migrate;
use sea_orm::sea_query::Query;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, SqlxPostgresConnector, Statement,
};
use tokio::time::sleep;
use tracing::info;

use super::failure::as_database_error;
use super::sqlite::file;

/// The advisory lock under which instances migrate one after the other.
const MIGRATION_LOCK: i64 = 0x6163_636f_756e_7464;
/// How often an instance asks for that lock while another one has it.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// How long a migration waits for the lock of a table, since statements of servers queue behind it (MI-4).
const LOCK_TIMEOUT: &str = "100ms";
/// How long servers have the table to themselves before the migration tries again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// How often a migration is tried: for about five minutes.
const MAX_ATTEMPTS: u32 = 500;

/// Applies the migrations of `M` that are missing, one process at a time.
///
/// On SQLite all of them or none. On PostgreSQL each is recorded together with what it does, or can be repeated: the next start
/// goes on where a killed one has ended (MI-3).
pub(crate) async fn apply<M: Migrate>(db: &DatabaseConnection) -> anyhow::Result<()> {
    // Where nothing has been applied, there is no table. Whatever else is wrong shows in the next step.
    if is_complete::<M>(db).await.unwrap_or(false) {
        return Ok(());
    }
    if db.get_database_backend() == DbBackend::Sqlite {
        return file::in_transaction(db, async |db| Ok(M::up(db, None).await?)).await;
    }
    let session = open_session(db).await?;
    wait_for_turn(&session).await?;
    let applied = apply_pending::<M>(&session).await;
    // Gives the lock back.
    session.close().await?;
    applied
}

/// Whether no migration of `M` is missing. There may be others: those of a newer server, beside which this one is restarted in
/// the middle of an upgrade (MI-2).
pub(super) async fn is_complete<M: Migrate>(db: &DatabaseConnection) -> anyhow::Result<bool> {
    let applied = Query::select().column("version").from(M::migration_table_name()).to_owned();
    let rows = db.query_all(&applied).await?;
    let applied: HashSet<String> =
        rows.iter().filter_map(|row| row.try_get("", "version").ok()).collect();
    Ok(M::migrations().iter().all(|migration| applied.contains(migration.name())))
}

/// Opens one more connection to a PostgreSQL database, which lasts and whose statements may take as long as they need.
async fn open_session(db: &DatabaseConnection) -> anyhow::Result<DatabaseConnection> {
    let options = db.get_postgres_connection_pool().connect_options();
    let options = options.as_ref().clone().options([("statement_timeout", "0")]);
    let session = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let session = session.connect_with(options).await.context("the database can't be opened")?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(session))
}

/// Waits until no other instance migrates. The lock is the session's, and free when that ends.
async fn wait_for_turn(session: &DatabaseConnection) -> anyhow::Result<()> {
    let query = format!("SELECT pg_try_advisory_lock({MIGRATION_LOCK}) AS locked");
    let mut waits = false;
    loop {
        let query = Statement::from_string(DbBackend::Postgres, query.as_str());
        let row = session.query_one_raw(query).await?.context("the lock has no answer")?;
        if row.try_get("", "locked")? {
            return Ok(());
        }
        if !waits {
            info!("another instance migrates the database; waiting for it");
            waits = true;
        }
        // Not in the database: its wait would be an open transaction, which an index that is built beside writers waits for.
        sleep(POLL_INTERVAL).await;
    }
}

/// Applies what is still missing now that no other instance migrates.
async fn apply_pending<M: Migrate>(session: &DatabaseConnection) -> anyhow::Result<()> {
    let pending = M::get_pending_migrations(session).await?;
    for migration in M::migrations() {
        let name = migration.name();
        if pending.iter().all(|pending| pending.name() != name) {
            continue;
        }
        info!("migrating the database: {name}");
        // Outside of a transaction it builds indexes, which waits for old transactions and blocks nobody meanwhile.
        let timeout = match migration.use_transaction() {
            Some(false) => "0",
            Some(true) | None => LOCK_TIMEOUT,
        };
        session.execute_unprepared(&format!("SET lock_timeout = '{timeout}'")).await?;
        apply_next::<M>(session).await.with_context(|| name.to_owned())?;
    }
    Ok(())
}

/// Applies the next migration, as soon as it gets the tables that it changes.
async fn apply_next<M: Migrate>(session: &DatabaseConnection) -> Result<(), DbErr> {
    for _ in 1..MAX_ATTEMPTS {
        match M::up(session, Some(1)).await {
            Err(error) if is_locked_out(&error) => sleep(RETRY_PAUSE).await,
            result => return result,
        }
    }
    M::up(session, Some(1)).await
}

/// Whether others kept a migration from a table: PostgreSQL's codes for a lock that was not available, and for a deadlock.
fn is_locked_out(error: &DbErr) -> bool {
    let code = as_database_error(error).and_then(DatabaseError::code);
    matches!(code.as_deref(), Some("55P03" | "40P01"))
}
