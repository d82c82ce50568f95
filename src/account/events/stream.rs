//! The stream of a user's log, for a subscription.

use std::collections::VecDeque;
use std::sync::Arc;

use entity::security_log;
use futures_util::{Stream, stream};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::AccountEvent;
use crate::app::App;
use crate::auth::session_watch::{SessionWatch, pause};
use crate::client::Client;
use crate::error::Result;

/// How many events are read at once. The others stay in the log, not in memory, while a client is slow
/// (WS-4).
const BATCH: u64 = 16;

/// Reads one user's log.
struct Reader {
    app: App,
    client: Arc<Client>,
    session_watch: SessionWatch,
    /// The number of the last event that was read.
    last: i64,
    batch: VecDeque<security_log::Model>,
    ended: bool,
}

/// The caller's events with a number above `after`, or only new ones without it. Ends with an error when the
/// session ends.
pub(super) async fn open(
    app: App,
    client: Arc<Client>,
    session_watch: SessionWatch,
    after: Option<i64>,
) -> Result<impl Stream<Item = async_graphql::Result<Box<AccountEvent>>>> {
    let (project, user) = session_watch.caller().user.key();
    let newest = security_log::Entity::newest_number(&project, Some(&user), app.db.read()).await?;
    let last = after.map_or(newest, |after| after.min(newest));
    let batch = VecDeque::new();
    let reader = Reader { app, client, session_watch, last, batch, ended: false };
    Ok(stream::unfold(reader, |mut reader| async {
        if reader.ended {
            return None;
        }
        let event = reader.next().await;
        reader.ended = event.is_err();
        // Boxed, because the engine has room for several while it waits for one.
        Some((event.map(Box::new).map_err(Into::into), reader))
    }))
}

impl Reader {
    /// Waits for the next event.
    async fn next(&mut self) -> Result<AccountEvent> {
        loop {
            if let Some(row) = self.batch.pop_front() {
                return Ok(AccountEvent::new(row, &self.session_watch, &self.client));
            }
            // Boxed, so that who waits holds little memory.
            match Box::pin(self.read()).await {
                // The read failed before any row, so the stream can continue from the same number.
                Err(error) if error.is_passing() => {
                    pause(&error).await;
                    continue;
                }
                read => read?,
            }
            // Checked after the read, so that a session that has just ended gets no more events.
            self.session_watch.confirm().await?;
            if self.batch.is_empty() {
                self.session_watch.changed().await;
            }
        }
    }

    /// Reads the next events, if there are any.
    async fn read(&mut self) -> Result<()> {
        let user = self.session_watch.caller().user.key();
        let rows = security_log::Entity::find_by_user(&user)
            .filter(security_log::Column::Number.gt(self.last))
            .order_by_asc(security_log::Column::Number)
            .limit(BATCH)
            .all(self.app.db.read())
            .await?;
        self.last = rows.last().map_or(self.last, |row| row.number);
        self.batch = rows.into();
        Ok(())
    }
}
