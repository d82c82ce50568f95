//! Counts the due messages of the outbox.

use std::time::Duration;

use entity::message::{Channel, State};
use entity::{Timestamp, message};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, Iterable, QueryFilter, QueryOrder, QuerySelect,
};
use tokio::time::timeout;

use crate::app::App;
use crate::error::Result;

/// How long the database may take.
const TIMEOUT: Duration = Duration::from_secs(1);
/// How many are counted of each channel: beyond that, it is enough to know that there are many.
const MAX: u64 = 10_000;

/// The messages of a channel whose next attempt is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The channel.
    pub channel: Channel,
    /// How many there are, up to ten thousand.
    pub due: u64,
    /// For how long the oldest has been due.
    pub oldest: Duration,
}

#[derive(Debug, FromQueryResult)]
struct Due {
    due_at: Timestamp,
}

/// Reads the backlog of each channel; of none if the database doesn't answer in time.
pub async fn read(app: &App) -> Vec<Backlog> {
    let read = async {
        let mut backlog = Vec::new();
        for channel in Channel::iter() {
            backlog.push(read_channel(app, channel).await?);
        }
        Ok::<_, crate::error::Error>(backlog)
    };
    match timeout(TIMEOUT, read).await {
        Ok(Ok(backlog)) => backlog,
        Ok(Err(error)) => {
            tracing::debug!("the outbox can't be counted: {error:#}");
            Vec::new()
        }
        Err(_) => Vec::new(),
    }
}

async fn read_channel(app: &App, channel: Channel) -> Result<Backlog> {
    let now = app.clock.now();
    let due: Vec<Due> = message::Entity::find()
        .select_only()
        .column(message::Column::DueAt)
        .filter(message::Column::Channel.eq(channel))
        .filter(message::Column::State.eq(State::Queued))
        .filter(message::Column::DueAt.lte(now))
        .order_by_asc(message::Column::DueAt)
        .limit(MAX)
        .into_model()
        .all(app.db.read())
        .await?;
    let oldest = due.first().map_or(Duration::ZERO, |due| now.since(due.due_at));
    Ok(Backlog { channel, due: u64::try_from(due.len()).unwrap_or(MAX), oldest })
}
