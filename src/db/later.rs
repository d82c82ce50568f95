//! Which users were changed in a database after a backup of it, by its security log.

use std::fmt;

use anyhow::ensure;
use entity::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, FromQueryResult, Statement};

/// The newest row of a log, by which it is compared with another.
const NEWEST: &str = "SELECT coalesce(max(id), 0) AS newest FROM security_logs";

/// Sessions and one-time secrets end with a restore, whatever happened to them.
const CHANGED: &str = "SELECT project_id, user_id, group_concat(DISTINCT event) AS events, max(created_at) AS last_at \
    FROM security_logs WHERE id > ? AND user_id IS NOT NULL AND event NOT LIKE 'session.%' \
    AND event NOT IN ('token.create', 'recovery.create', 'verification.create') \
    GROUP BY project_id, user_id ORDER BY project_id, user_id";

/// A user, what happened to the account, and when it did for the last time.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Changed {
    project_id: String,
    user_id: String,
    events: String,
    last_at: Timestamp,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { project_id, user_id, events, last_at } = self;
        write!(f, "{project_id}/{user_id}: {}, last at {last_at}", events.replace(',', ", "))
    }
}

/// Finds the users about whom `later` has logged something that isn't in `backup`. Ids of the log only grow, and no copy
/// of a database shares those that were given after it was made.
pub(crate) async fn list(
    backup: &DatabaseConnection,
    later: &DatabaseConnection,
) -> anyhow::Result<Vec<Changed>> {
    let newest = newest(backup).await?;
    ensure!(self::newest(later).await? >= newest, "its log ends before that of the backup");
    let query = Statement::from_sql_and_values(DbBackend::Sqlite, CHANGED, [newest.into()]);
    Ok(Changed::find_by_statement(query).all(later).await?)
}

async fn newest(db: &DatabaseConnection) -> anyhow::Result<i64> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, NEWEST)).await?;
    Ok(row.map(|row| row.try_get("", "newest")).transpose()?.unwrap_or_default())
}
