//! Passes new revocations on to their subscribers. One query serves all of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use entity::{ProjectId, revocation};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::select;
use tokio::sync::Mutex;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::app::App;
use crate::db::seen_rows::SeenRows;
use crate::error::Result;

/// How often the database is read.
const INTERVAL: Duration = Duration::from_millis(300);
/// How many subscribers a project may have.
const MAX_SUBSCRIBERS: usize = 64;
/// How many revocations may wait for a subscriber. A slower one must subscribe again.
const CAPACITY: usize = 1024;
/// How many rows below the newest one may not be committed yet when the first subscriber comes.
const UNCOMMITTED: i64 = 1000;

/// The subscribers in this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feeds(Arc<Mutex<Subscribers>>);

#[derive(Debug, Default)]
struct Subscribers {
    senders: HashMap<ProjectId, Sender<Arc<revocation::Model>>>,
    is_polled: bool,
}

impl Feeds {
    /// Subscribes to a project: receives what is committed from now on, and perhaps a row that was committed just before. None if
    /// the project has too many subscribers. When the rows can't be read, all receivers are closed.
    pub(crate) async fn subscribe(
        &self,
        app: &App,
        project: &ProjectId,
    ) -> Result<Option<Receiver<Arc<revocation::Model>>>> {
        let mut subscribers = self.0.lock().await;
        let sender = subscribers.senders.entry(project.clone());
        let sender = sender.or_insert_with(|| Sender::new(CAPACITY));
        if sender.receiver_count() >= MAX_SUBSCRIBERS {
            return Ok(None);
        }
        let receiver = sender.subscribe();
        if !subscribers.is_polled {
            let seen = rows_so_far(app).await?;
            subscribers.is_polled = true;
            tokio::spawn(self.clone().poll(app.clone(), seen));
        }
        Ok(Some(receiver))
    }

    /// Reads new rows for as long as there are subscribers.
    async fn poll(self, app: App, mut seen: SeenRows) {
        loop {
            select! {
                () = sleep(INTERVAL) => {}
                () = app.until_stopping() => {}
            }
            let mut subscribers = self.0.lock().await;
            subscribers.senders.retain(|_, sender| sender.receiver_count() > 0);
            if !app.is_stopping() && !subscribers.senders.is_empty() {
                match subscribers.send_new(&app, &mut seen).await {
                    Ok(()) => continue,
                    // Silence would look like no revocations. Clients reconnect instead, and read the list.
                    Err(error) => warn!("revocations could not be read: {error:#}"),
                }
            }
            *subscribers = Subscribers::default();
            return;
        }
    }
}

impl Subscribers {
    async fn send_new(&self, app: &App, seen: &mut SeenRows) -> Result<()> {
        let rows = revocation::Entity::find()
            .filter(revocation::Column::Id.gt(seen.floor()))
            .order_by_asc(revocation::Column::Id)
            .all(app.db.read())
            .await?;
        let now = Instant::now();
        for row in rows {
            if seen.insert(row.id, now)
                && let Some(sender) = self.senders.get(&row.project_id)
            {
                // The last receiver may have been dropped just now.
                let _ = sender.send(Arc::new(row));
            }
        }
        seen.raise(now);
        Ok(())
    }
}

/// The rows that are committed by now.
async fn rows_so_far(app: &App) -> Result<SeenRows> {
    let ids = || revocation::Entity::find().select_only().column(revocation::Column::Id);
    let newest = ids().order_by_desc(revocation::Column::Id).limit(1);
    let newest: Option<i64> = newest.into_tuple().one(app.db.read()).await?;
    let floor = newest.unwrap_or_default().saturating_sub(UNCOMMITTED);
    let rows = ids().filter(revocation::Column::Id.gt(floor));
    let rows: Vec<i64> = rows.into_tuple().all(app.db.read()).await?;
    let mut seen = SeenRows::above(floor);
    let now = Instant::now();
    for row in rows {
        seen.insert(row, now);
    }
    Ok(seen)
}
