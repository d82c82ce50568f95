//! Counts the due messages of the outbox, and finds the age of the oldest one whose attempts failed.

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
/// Of how many that were tried the age is read.
const MAX_TRIED: u64 = 100;

/// The messages of a channel that are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The channel.
    pub channel: Channel,
    /// How many are due, up to ten thousand.
    pub due: u64,
    /// For how long the oldest of these has been due.
    pub oldest: Duration,
    /// The age of the oldest one that was tried, and is neither delivered nor given up. Only the hundred are looked at that are
    /// due last: pauses between attempts get longer.
    pub undelivered: Duration,
}

#[derive(Debug, FromQueryResult)]
struct Due {
    due_at: Timestamp,
}

#[derive(Debug, FromQueryResult)]
struct Tried {
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
    let queued = message::Entity::find()
        .select_only()
        .filter(message::Column::Channel.eq(channel))
        .filter(message::Column::State.eq(State::Queued));
    let due: Vec<Due> = queued
        .clone()
        .column(message::Column::DueAt)
        .filter(message::Column::DueAt.lte(now))
        .order_by_asc(message::Column::DueAt)
        .limit(MAX)
        .into_model()
        .all(app.db.read())
        .await?;
    let tried: Vec<Tried> = queued
        .column(message::Column::CreatedAt)
        .filter(message::Column::Attempts.gt(0))
        .order_by_desc(message::Column::DueAt)
        .limit(MAX_TRIED)
        .into_model()
        .all(app.db.read())
        .await?;
    let since = |oldest: Option<Timestamp>| oldest.map_or(Duration::ZERO, |at| now.since(at));
    Ok(Backlog {
        channel,
        due: u64::try_from(due.len()).unwrap_or(MAX),
        oldest: since(due.first().map(|message| message.due_at)),
        undelivered: since(tried.iter().map(|message| message.created_at).min()),
    })
}
