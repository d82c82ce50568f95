//! The outbox: mails and SMS, stored with the change that causes them and sent later.

use sea_orm::entity::prelude::*;

use crate::{Count, MessageId, ProjectId, Timestamp};

/// The channel of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum Channel {
    /// An e-mail.
    Mail,
    /// An SMS.
    Sms,
}

/// The state of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum State {
    /// Waiting for the first or next attempt.
    Queued,
    /// Accepted by the mail server or SMS provider.
    Delivered,
    /// Permanently rejected.
    Failed,
    /// Expired before it was accepted.
    Expired,
    /// Never to be sent: the address has no user, or there were too many.
    Dropped,
}

/// A message to one address.
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
    /// The kind, for example `recovery`.
    pub kind: String,
    /// The address or number.
    pub recipient: String,
    /// The encrypted content; empty once it is no longer needed.
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
    /// The state of a message.
    pub state: State,
    /// The number of attempts.
    pub attempts: Count,
    /// The error of the last attempt; empty if none.
    pub error: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it is tried next; once finished, when that was.
    pub due_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
