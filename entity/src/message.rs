//! The outbox: mails and text messages, written with the change that causes them and sent after it.

use sea_orm::entity::prelude::*;

use crate::{MessageId, ProjectId, Timestamp};

/// The way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum Channel {
    /// An e-mail.
    Mail,
    /// A text message to a phone.
    Sms,
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum State {
    /// It waits for its first or next attempt.
    Queued,
    /// The provider has taken it.
    Delivered,
    /// The provider has refused it for good.
    Failed,
    /// It was of no use any more before the provider took it.
    Expired,
    /// It was never to be sent: nobody is behind the address, or there were too many.
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
    /// The project that speaks.
    pub project_id: ProjectId,
    /// The way it goes.
    pub channel: Channel,
    /// What it says, as `recovery`.
    pub kind: String,
    /// The address or number.
    pub recipient: String,
    /// The encrypted content; empty once it is no longer needed.
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
    /// What has become of it.
    pub state: State,
    /// How often it was tried.
    pub attempts: i32,
    /// What the last attempt met; empty when nothing.
    pub error: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is tried next; once it is finished, when that was.
    pub due_at: Timestamp,
    /// The first moment at which it is of no use.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
