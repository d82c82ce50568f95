//! Tells those who follow a user that something was written into the user's security log.
//!
//! Only the fact is told; what happened is read from the log, so that nobody has to hold a queue of events.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use entity::ProjectId;
use entity::UserId;
use entity::security_log;
use sea_orm::ColumnTrait;
use sea_orm::EntityTrait;
use sea_orm::QueryFilter;
use sea_orm::QuerySelect;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio::time::sleep;
use tracing::warn;

use crate::app::App;
use crate::error::Result;

/// How often the log is looked at for what other servers on the same database have written.
const INTERVAL: Duration = Duration::from_millis(300);
/// For how long rows may still appear below one that is known: transactions commit in another order than they draw
/// their numbers.
const OVERLAP: Duration = Duration::from_secs(15);

/// A user, by the key of the row.
type Key = (ProjectId, UserId);

/// Who follows whom.
#[derive(Clone, Debug, Default)]
pub struct Changes(Arc<Mutex<HashMap<Key, watch::Sender<()>>>>);

/// Follows one user until it is dropped.
#[derive(Debug)]
pub struct Following {
    changes: Changes,
    user: Key,
    told: watch::Receiver<()>,
}

impl Changes {
    /// Follows `user` from now on.
    pub fn follow(&self, user: Key) -> Following {
        let told = self.followed().entry(user.clone()).or_default().subscribe();
        Following { changes: self.clone(), user, told }
    }

    /// Tells those who follow `user`.
    pub fn tell(&self, user: &Key) {
        if let Some(sender) = self.followed().get(user) {
            sender.send_replace(());
        }
    }

    fn is_idle(&self) -> bool {
        self.followed().is_empty()
    }

    fn followed(&self) -> MutexGuard<'_, HashMap<Key, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Following {
    /// Waits until something has been written since the last call.
    pub async fn changed(&mut self) {
        // The sender stands as long as somebody follows.
        let _ = self.told.changed().await;
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut followed = self.changes.followed();
        // This one is still counted.
        if followed.get(&self.user).is_some_and(|sender| sender.receiver_count() <= 1) {
            followed.remove(&self.user);
        }
    }
}

/// Tells of what other servers on the same database write, for as long as somebody follows a user here.
pub async fn follow_others(app: App) {
    let mut told = Told::default();
    loop {
        sleep(INTERVAL).await;
        if app.db.changes().is_idle() {
            told = Told::default();
            continue;
        }
        if let Err(error) = told.tell_new(&app).await {
            warn!("changes of other servers could not be read: {error:#}");
        }
    }
}

/// The rows of the log that were told of.
#[derive(Debug, Default)]
struct Told {
    /// Rows up to this one are not looked at any more; none before the first look.
    floor: Option<i64>,
    rows: BTreeMap<i64, Instant>,
}

impl Told {
    async fn tell_new(&mut self, app: &App) -> Result<()> {
        use security_log::Column;

        let Some(floor) = self.floor else {
            // Some of those before the newest may not be committed yet.
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
                    app.db.changes().tell(&(project, user));
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn user(id: &str) -> Key {
        (ProjectId::new("default"), UserId::new(id))
    }

    #[tokio::test]
    async fn those_who_follow_are_told_and_nobody_else() {
        let changes = Changes::default();
        let mut ada = changes.follow(user("ada"));
        let mut bob = changes.follow(user("bob"));

        changes.tell(&user("ada"));

        assert!(ada.changed().now_or_never().is_some());
        assert!(ada.changed().now_or_never().is_none());
        assert!(bob.changed().now_or_never().is_none());
    }

    #[test]
    fn who_is_followed_no_more_takes_no_memory() {
        let changes = Changes::default();
        let one = changes.follow(user("ada"));
        let two = changes.follow(user("ada"));

        drop(one);
        assert!(!changes.is_idle());
        drop(two);
        assert!(changes.is_idle());
    }
}
