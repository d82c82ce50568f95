//! How a server notices that its PostgreSQL database was restored from a dump.
//!
//! The row holds the number (OID) that PostgreSQL has given to its table. A dump restores the row, but into a table with
//! another number. Several servers serve one database, and none of them begins a generation: the number stays through
//! restarts, failovers and upgrades by `pg_upgrade`. It changes where rows are copied into new tables, by a dump or by logical
//! replication. Physical copies (`pg_basebackup`, snapshots) aren't noticed.

use anyhow::{Context, bail, ensure};
use entity::{Timestamp, generation};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait,
    IntoActiveModel, QuerySelect, Statement, TransactionTrait,
};
use tracing::info;

use crate::db::after_restore;
use crate::db::after_restore::{Revoked, Sessions};

/// The error of a database that isn't accepted.
const RESTORED: &str = "the database was restored from a dump: run `accountd restore --in-place`, or start once with \
                        --accept-restored; both end all sessions and one-time secrets in it, and revoke its API keys";

/// Fails where a server would refuse the database, and changes nothing.
pub(in crate::db) async fn check(db: &DatabaseConnection) -> anyhow::Result<()> {
    let query = "SELECT to_regclass('generations')::oid::text AS number";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, query)).await?;
    let table: Option<String> = row.context("PostgreSQL doesn't answer")?.try_get("", "number")?;
    // Nothing has been stored yet, so nothing can come back.
    let Some(table) = table else { return Ok(()) };
    let id = generation::Entity::find().select_only().column(generation::Column::Id);
    let id: Option<String> = id.into_tuple().one(db).await?;
    ensure!(id.is_none_or(|id| id == table), RESTORED);
    Ok(())
}

/// Refuses a database that was restored from a dump, unless the operator accepts it: then what was signed in is revoked.
pub(super) async fn start(
    db: &DatabaseConnection,
    accept_restored: bool,
    now: Timestamp,
) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    // Of servers that start at once with the flag, the first revokes, and the others wait for it.
    tx.execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
    let row = generation::Entity::find().lock_exclusive().one(&tx).await?;
    let table = number_of_table(&tx).await?;
    match row {
        Some(row) if row.id == table => return Ok(()),
        Some(_) if accept_restored => {
            for line in after_restore::revoke(&tx, Sessions::Ended, now).await?.lines() {
                info!("{line}");
            }
            adopt(&tx, now).await?;
        }
        Some(_) => bail!(RESTORED),
        None => adopt(&tx, now).await?,
    }
    Ok(tx.commit().await?)
}

/// Revokes what was signed in and sent out in a database that was restored, and takes it for the one that is served.
pub(crate) async fn accept(
    db: &DatabaseConnection,
    sessions: Sessions,
    now: Timestamp,
) -> anyhow::Result<Revoked> {
    let tx = db.begin().await?;
    let revoked = after_restore::revoke(&tx, sessions, now).await?;
    adopt(&tx, now).await?;
    tx.commit().await?;
    Ok(revoked)
}

/// Notes the number of the table, so that the database is taken for the one that is served.
async fn adopt(tx: &DatabaseTransaction, now: Timestamp) -> anyhow::Result<()> {
    let row = generation::Model {
        id: number_of_table(tx).await?,
        number: 1,
        previous: String::new(),
        created_at: now,
        backed_up_at: None,
    };
    generation::Entity::delete_many().exec(tx).await?;
    generation::Entity::insert(row.into_active_model())
        // Another server that starts at the same time writes the same.
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn number_of_table(tx: &DatabaseTransaction) -> anyhow::Result<String> {
    let query = "SELECT 'generations'::regclass::oid::text AS number";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, query)).await?;
    Ok(row.context("PostgreSQL doesn't number its tables")?.try_get("", "number")?)
}
