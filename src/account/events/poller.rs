//! Polls the security log for rows that other servers have written to the same database.

use std::time::Duration;

use entity::{ProjectId, UserId, security_log};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::app::App;
use crate::db::seen_rows::SeenRows;
use crate::error::Result;

/// How often the log is polled.
const INTERVAL: Duration = Duration::from_millis(300);

/// Notifies subscribers of rows that other servers have written. Polls only while there are subscribers.
pub async fn run(app: App) {
    // None before the first poll.
    let mut seen = None;
    loop {
        sleep(INTERVAL).await;
        if app.db.log_notifier().is_idle() {
            seen = None;
            continue;
        }
        if let Err(error) = notify_new(&app, &mut seen).await {
            warn!("the log rows of other servers could not be read: {error:#}");
        }
    }
}

async fn notify_new(app: &App, seen: &mut Option<SeenRows>) -> Result<()> {
    use security_log::Column;

    let Some(seen) = seen else {
        // Rows before the newest may not be committed yet.
        *seen = Some(SeenRows::above(newest_row(app).await?.saturating_sub(100)));
        return Ok(());
    };
    let rows: Vec<(i64, ProjectId, Option<UserId>)> = security_log::Entity::find()
        .select_only()
        .columns([Column::Id, Column::ProjectId, Column::UserId])
        .filter(Column::Id.gt(seen.floor()))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let now = Instant::now();
    for (row, project, user) in rows {
        if seen.insert(row, now)
            && let Some(user) = user
        {
            app.db.log_notifier().notify(&(project, user));
        }
    }
    seen.raise(now);
    Ok(())
}

async fn newest_row(app: &App) -> Result<i64> {
    let newest: Option<Option<i64>> = security_log::Entity::find()
        .select_only()
        .column_as(security_log::Column::Id.max(), "id")
        .into_tuple()
        .one(app.db.read())
        .await?;
    Ok(newest.flatten().unwrap_or_default())
}
