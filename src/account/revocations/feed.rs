//! Passes new revocations on to those who follow them. One query serves all of them, however many there are.

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
/// How many may follow a project.
const MAX_FOLLOWERS: usize = 64;
/// How many revocations may wait for a follower. One that is slower has to begin anew.
const CAPACITY: usize = 1024;
/// How many rows below the newest one may not be committed yet when the first follower comes.
const UNCOMMITTED: i64 = 1000;

/// The followers in this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feeds(Arc<Mutex<Followers>>);

#[derive(Debug, Default)]
struct Followers {
    senders: HashMap<ProjectId, Sender<Arc<revocation::Model>>>,
    is_polled: bool,
}

impl Feeds {
    /// Follows a project: receives what is committed from now on, and perhaps a row that was committed just before. None if
    /// the project has too many followers. When the rows can't be read, all receivers are closed.
    pub(crate) async fn follow(
        &self,
        app: &App,
        project: &ProjectId,
    ) -> Result<Option<Receiver<Arc<revocation::Model>>>> {
        let mut followers = self.0.lock().await;
        let sender = followers.senders.entry(project.clone());
        let sender = sender.or_insert_with(|| Sender::new(CAPACITY));
        if sender.receiver_count() >= MAX_FOLLOWERS {
            return Ok(None);
        }
        let receiver = sender.subscribe();
        if !followers.is_polled {
            let seen = rows_so_far(app).await?;
            followers.is_polled = true;
            tokio::spawn(self.clone().poll(app.clone(), seen));
        }
        Ok(Some(receiver))
    }

    /// Reads new rows for as long as somebody follows.
    async fn poll(self, app: App, mut seen: SeenRows) {
        loop {
            select! {
                () = sleep(INTERVAL) => {}
                () = app.until_stopping() => {}
            }
            let mut followers = self.0.lock().await;
            followers.senders.retain(|_, sender| sender.receiver_count() > 0);
            if !app.is_stopping() && !followers.senders.is_empty() {
                match followers.send_new(&app, &mut seen).await {
                    Ok(()) => continue,
                    // Nobody may believe that there are none: who follows comes again, and reads the list.
                    Err(error) => warn!("revocations could not be read: {error:#}"),
                }
            }
            *followers = Followers::default();
            return;
        }
    }
}

impl Followers {
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
