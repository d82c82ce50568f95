//! Polls the security log for rows that other servers have written to the same database.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use entity::{ProjectId, UserId, security_log};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::app::App;
use crate::error::Result;

/// How often the log is polled.
const INTERVAL: Duration = Duration::from_millis(300);
/// How long rows may still appear with a lower number than a known one: transactions don't commit in the
/// order in which they draw their numbers.
const OVERLAP: Duration = Duration::from_secs(15);

/// Notifies subscribers of rows that other servers have written. Polls only while there are subscribers.
pub async fn run(app: App) {
    let mut seen = SeenRows::default();
    loop {
        sleep(INTERVAL).await;
        if app.db.log_notifier().is_idle() {
            seen = SeenRows::default();
            continue;
        }
        if let Err(error) = seen.notify_new(&app).await {
            warn!("the log rows of other servers could not be read: {error:#}");
        }
    }
}

/// The log rows that subscribers have been notified of.
#[derive(Debug, Default)]
struct SeenRows {
    /// Rows up to this id are done; none before the first poll.
    floor: Option<i64>,
    rows: BTreeMap<i64, Instant>,
}

impl SeenRows {
    async fn notify_new(&mut self, app: &App) -> Result<()> {
        use security_log::Column;

        let Some(floor) = self.floor else {
            // Rows before the newest may not be committed yet.
            self.floor = Some(newest_row(app).await?.saturating_sub(100));
            return Ok(());
        };
        let rows: Vec<(i64, ProjectId, Option<UserId>)> = security_log::Entity::find()
            .select_only()
            .columns([Column::Id, Column::ProjectId, Column::UserId])
            .filter(Column::Id.gt(floor))
            .into_tuple()
            .all(app.db.read())
            .await?;
        let now = Instant::now();
        for (row, project, user) in rows {
            if let Entry::Vacant(new) = self.rows.entry(row) {
                new.insert(now);
                if let Some(user) = user {
                    app.db.log_notifier().notify(&(project, user));
                }
            }
        }
        while let Some(oldest) = self.rows.first_entry() {
            if now.duration_since(*oldest.get()) < OVERLAP {
                break;
            }
            self.floor = Some(oldest.remove_entry().0);
        }
        Ok(())
    }
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
