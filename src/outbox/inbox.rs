//! Reads the outbox in development, where contents are kept.

use std::time::Duration;

use entity::message::{Channel, State};
use entity::{MessageId, ProjectId, message};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::time::{Instant, sleep};

use crate::app::App;
use crate::error::Result;
use crate::message::Content;

/// How often a waiting reader polls.
const INTERVAL: Duration = Duration::from_millis(50);

/// A filter for messages.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this project; of all if none.
    pub project: Option<ProjectId>,
    /// To this recipient; to all if none.
    pub to: Option<String>,
    /// Later than this message.
    pub after: Option<MessageId>,
}

/// The newest messages with contents, at most `limit`, newest first. Without those that were never to be
/// sent, those whose content was erased, those that are to be sent only later, and events for webhooks.
pub async fn list(
    app: &App,
    wanted: &Wanted,
    limit: u64,
) -> Result<Vec<(message::Model, Content)>> {
    let mut query = message::Entity::find()
        .filter(message::Column::Channel.ne(Channel::Webhook))
        .filter(message::Column::State.ne(State::Dropped))
        .filter(message::Column::Sealed.ne(""));
    let is_due = message::Column::DueAt.lte(app.clock.now());
    query = query.filter(is_due.or(message::Column::Attempts.gt(0)));
    if let Some(project) = &wanted.project {
        query = query.filter(message::Column::ProjectId.eq(project.clone()));
    }
    if let Some(to) = &wanted.to {
        query = query.filter(message::Column::Recipient.eq(to.as_str()));
    }
    if let Some(after) = &wanted.after {
        query = query.filter(message::Column::Id.gt(after.clone()));
    }
    let query = query.order_by_desc(message::Column::Id).limit(limit);
    let messages = query.all(app.db.read()).await?;
    let read = |message: message::Model| {
        let content = app.messages.content(&message)?;
        Some((message, content))
    };
    Ok(messages.into_iter().filter_map(read).collect())
}

/// The newest message, or the next one that comes within `time_limit`.
pub async fn wait(
    app: &App,
    wanted: &Wanted,
    time_limit: Duration,
) -> Result<Option<(message::Model, Content)>> {
    let start = Instant::now();
    loop {
        let newest = list(app, wanted, 1).await?.pop();
        if newest.is_some() || start.elapsed() >= time_limit {
            return Ok(newest);
        }
        sleep(INTERVAL).await;
    }
}
