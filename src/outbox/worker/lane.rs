//! Lanes of the outbox: messages that wait for none of another lane.

use std::time::Duration;

use entity::message::{Channel, State};
use entity::{ProjectId, message};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::app::App;
use crate::config::Config;
use crate::error::Result;

/// How long a claimed message is left alone: longer than an attempt can take.
const LEASE: Duration = Duration::from_secs(40);

/// Messages that are sent independently of others: a mail server that hangs must not delay SMS, and a webhook
/// that hangs neither of them nor other webhooks.
#[derive(Debug)]
pub(super) enum Lane {
    /// All mails.
    Mail,
    /// All SMS.
    Sms,
    /// The events for one webhook.
    Webhook {
        /// The webhook's project.
        project: ProjectId,
        /// The webhook's id.
        id: String,
    },
}

impl Lane {
    /// All lanes of a server.
    pub(super) fn all(config: &Config) -> Vec<Self> {
        let mut lanes = vec![Self::Mail, Self::Sms];
        for project in &config.projects {
            let lane = |id: &String| Self::Webhook { project: project.id.clone(), id: id.clone() };
            lanes.extend(project.webhooks.iter().map(|webhook| lane(&webhook.id)));
        }
        lanes
    }

    /// Finds the messages that wait in the lane.
    fn waiting(&self) -> Select<message::Entity> {
        let of = |channel: Channel| {
            message::Entity::find()
                .filter(message::Column::Channel.eq(channel))
                .filter(message::Column::State.eq(State::Queued))
        };
        match self {
            Self::Mail => of(Channel::Mail),
            Self::Sms => of(Channel::Sms),
            Self::Webhook { project, id } => message::Entity::find_waiting_for(project, id),
        }
    }
}

/// Claims the message that has been due longest, of `lane` if given, unless another worker is faster.
///
/// The error of the attempt before is erased: only messages that no worker is sending have one.
pub(super) async fn claim(app: &App, lane: Option<&Lane>) -> Result<Option<message::Model>> {
    let all = || message::Entity::find().filter(message::Column::State.eq(State::Queued));
    let waiting = lane.map_or_else(all, Lane::waiting);
    loop {
        let now = app.clock.now();
        let due = waiting
            .clone()
            .filter(message::Column::DueAt.lte(now))
            .order_by_asc(message::Column::DueAt)
            .limit(1)
            .one(app.db.read())
            .await?;
        let Some(mut message) = due else { return Ok(None) };
        let claimed = message::Entity::update_many()
            .col_expr(message::Column::DueAt, Expr::value(now + LEASE))
            .col_expr(message::Column::Attempts, Expr::col(message::Column::Attempts).add(1))
            .col_expr(message::Column::Error, Expr::value(""))
            .filter(message::Column::Id.eq(message.id.clone()))
            .filter(message::Column::State.eq(State::Queued))
            .filter(message::Column::DueAt.eq(message.due_at))
            .exec(app.db.writer())
            .await?;
        if claimed.rows_affected == 1 {
            message.attempts = message.attempts.next();
            return Ok(Some(message));
        }
    }
}
