//! Counts the due messages of the outbox, and finds the age of the oldest undelivered one.

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
/// How many are read of each channel, those first that are due first: beyond that, it is enough to know that there are many.
const MAX: u64 = 10_000;

/// The messages of a channel that are neither delivered nor given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The channel.
    pub channel: Channel,
    /// How many are due, up to ten thousand.
    pub due: u64,
    /// For how long the oldest of these has been due.
    pub oldest: Duration,
    /// The age of the oldest of all, also if it waits for its next attempt. Of more than ten thousand, only those that are due
    /// next are looked at.
    pub undelivered: Duration,
}

#[derive(Debug, FromQueryResult)]
struct Waiting {
    due_at: Timestamp,
    created_at: Timestamp,
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
    let waiting: Vec<Waiting> = message::Entity::find()
        .select_only()
        .column(message::Column::DueAt)
        .column(message::Column::CreatedAt)
        .filter(message::Column::Channel.eq(channel))
        .filter(message::Column::State.eq(State::Queued))
        .order_by_asc(message::Column::DueAt)
        .limit(MAX)
        .into_model()
        .all(app.db.read())
        .await?;
    let due = waiting.iter().filter(|message| message.due_at <= now).count();
    let since = |oldest: Option<Timestamp>| oldest.map_or(Duration::ZERO, |at| now.since(at));
    Ok(Backlog {
        channel,
        due: u64::try_from(due).unwrap_or(MAX),
        oldest: since(waiting.first().map(|message| message.due_at)),
        undelivered: since(waiting.iter().map(|message| message.created_at).min()),
    })
}
