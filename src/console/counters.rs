//! Counts what happened in the last hour.

use std::time::Duration;

use async_graphql::SimpleObject;
use entity::message::State;
use entity::security_log::Event;
use entity::{ProjectId, Timestamp, message, security_log};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::app::App;
use crate::db::Lists;
use crate::error::Result;
use crate::graphql::scalars::DateTime;

/// How far back it counts.
const SPAN: Duration = Duration::from_hours(1);
/// How much later than at its time an event may be written, after younger ones.
const DELAY: Duration = Duration::from_mins(1);
/// The first step back through the log.
const STEP: i64 = 1024;

/// What happened in the project in the last hour.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Stats {
    /// The start of the hour.
    since: DateTime,
    /// Its end.
    until: DateTime,
    /// How many users are new: they signed up, or a server or an operator created or imported them.
    sign_ups: u64,
    /// How many sessions were opened.
    sign_ins: u64,
    /// How many attempts to sign in failed.
    failed_sign_ins: u64,
    /// How many messages were accepted for delivery.
    messages_sent: u64,
    /// How many messages are waiting now.
    messages_queued: u64,
    /// How many messages were refused, or expired.
    messages_failed: u64,
}

/// Counts for a project.
pub(super) async fn run(app: &App, project: &ProjectId) -> Result<Stats> {
    let db = app.db.lists();
    let until = app.clock.now();
    let since = until - SPAN;
    let before = id_before(&db, since - DELAY).await?;
    let events = async |event: Event| {
        let rows = security_log::Entity::find()
            .filter(security_log::Column::Id.gt(before))
            .filter(security_log::Column::ProjectId.eq(project.clone()))
            .filter(security_log::Column::Event.eq(event.as_str()))
            .filter(security_log::Column::CreatedAt.gt(since));
        rows.count(&db).await
    };
    // A message has the time of its last state in `due_at`.
    let messages = async |states: &[State], since: Timestamp| {
        let rows = message::Entity::find()
            .filter(message::Column::ProjectId.eq(project.clone()))
            .filter(message::Column::State.is_in(states.iter().copied()))
            .filter(message::Column::DueAt.gt(since));
        rows.count(&db).await
    };
    Ok(Stats {
        since: since.into(),
        until: until.into(),
        sign_ups: events(Event::UserCreate).await?,
        sign_ins: events(Event::SessionCreate).await?,
        failed_sign_ins: events(Event::SessionCreateFailure).await?,
        messages_sent: messages(&[State::Delivered], since).await?,
        messages_queued: messages(&[State::Queued], Timestamp::from_millis(0)).await?,
        messages_failed: messages(&[State::Failed, State::Expired], since).await?,
    })
}

/// The newest event up to an id.
#[derive(Debug, FromQueryResult)]
struct Newest {
    id: i64,
    created_at: Timestamp,
}

/// An id that all events since `time` are above. The log has no index by time, but its ids grow with time: the id is found by
/// steps back from the newest event, each twice as long as the one before.
async fn id_before(db: &Lists<'_>, time: Timestamp) -> Result<i64> {
    let mut at = i64::MAX;
    let mut step = STEP;
    loop {
        let newest = security_log::Entity::find()
            .select_only()
            .columns([security_log::Column::Id, security_log::Column::CreatedAt])
            .filter(security_log::Column::Id.lte(at))
            .order_by_desc(security_log::Column::Id)
            .into_model::<Newest>()
            .one(db)
            .await?;
        match newest {
            None => return Ok(0),
            Some(Newest { id, created_at }) if created_at < time => return Ok(id),
            Some(Newest { id, .. }) => at = id.saturating_sub(step),
        }
        step = step.saturating_mul(2);
    }
}
