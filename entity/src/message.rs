//! The outbox: mails, SMS and events for webhooks, stored with the change that causes them and sent later.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ActiveEnum, ExprTrait, IntoActiveModel, Iterable, QuerySelect, QueryTrait};

use crate::{Count, MessageId, ProjectId, Timestamp};

/// The channel of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum Channel {
    /// An e-mail.
    Mail,
    /// An SMS.
    Sms,
    /// An event for a webhook.
    Webhook,
}

/// The state of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum State {
    /// Waiting for the first or next attempt.
    Queued,
    /// Accepted by the mail server, SMS provider or webhook.
    Delivered,
    /// Permanently rejected.
    Failed,
    /// Expired before it was accepted.
    Expired,
    /// Never to be sent: the address has no user, or there were too many.
    Dropped,
}

/// A message to one address, or an event for one webhook.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    /// Unique over all projects, and the same at every attempt.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    /// The project.
    pub project_id: ProjectId,
    /// The channel.
    pub channel: Channel,
    /// The kind, for example `recovery`; of an event the name.
    pub kind: String,
    /// The address or number; of an event the id of the webhook.
    pub recipient: String,
    /// The encrypted content; empty once it is no longer needed.
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
    /// The state of a message.
    pub state: State,
    /// The number of attempts.
    pub attempts: Count,
    /// The error of the last attempt; empty if there was none, and while a worker is sending the message.
    pub error: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it is tried next; once finished, when that was.
    pub due_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Finds the events that wait for a webhook. Constants, not parameters, so that the partial index is used.
    pub fn find_waiting_for(project: &ProjectId, webhook: &str) -> Select<Self> {
        let constant = |value: String| Expr::Constant(value.into());
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::Recipient.eq(webhook))
            .filter(Expr::col(Column::Channel).eq(constant(Channel::Webhook.to_value())))
            .filter(Expr::col(Column::State).eq(constant(State::Queued.to_value())))
    }
}

impl Model {
    /// Inserts an event, unless `limit` others wait for its webhook. Returns whether it was inserted.
    pub async fn insert_below(self, limit: u64, db: &impl ConnectionTrait) -> Result<bool, DbErr> {
        let waiting = Entity::find_waiting_for(&self.project_id, &self.recipient)
            .select_only()
            .column(Column::Id)
            .limit(limit);
        let count = Query::select()
            .expr(Expr::cust("count(*)"))
            .from_subquery(waiting.into_query(), Alias::new("waiting"))
            .take();
        let count = Expr::SubQuery(None, Box::new(count.into()));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut row = self.into_active_model();
        let (mut columns, mut values) = (Vec::new(), Query::select());
        for column in Column::iter() {
            if let Some(value) = row.take(column).into_value() {
                columns.push(column);
                values.expr(Expr::from(value));
            }
        }
        let mut insert = Query::insert().into_table(Entity).columns(columns).to_owned();
        insert
            .select_from(values.and_where(count.lt(limit)).take())
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        Ok(db.execute(&insert).await?.rows_affected() == 1)
    }
}
