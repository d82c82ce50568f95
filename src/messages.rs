//! The outbox for servers and operators: which messages were sent, which failed and why. Contents are never shown.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::message;
use sea_orm::ActiveEnum;

use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::access;
use crate::graphql::policy::Policy;
use crate::graphql::scalars::DateTime;

pub mod list;
mod retry;

/// Reads the outbox.
#[derive(Debug, Default)]
pub struct MessageQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl MessageQuery {
    /// Returns the project's messages with their states, but without their contents: those that wait, those that ended in the
    /// last seven days, and the events for webhooks that ended in the last hour.
    ///
    /// Errors: `general_query_invalid`, `general_cursor_not_found`.
    #[graphql(directive = access::key::apply([Scope::UsersRead]))]
    async fn messages_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Filters, order and page, as in `usersList`. The attributes are `$id`, `$createdAt`, \
                          `channel`, `kind`, `to` and `state`."
        )]
        queries: Option<Vec<Option<String>>>,
    ) -> Result<Option<MessageList>> {
        let wants_total = ctx.look_ahead().field("total").exists();
        let queries = queries.unwrap_or_default();
        let read_limit = &ctx.request().read_limit;
        let page = list::page(ctx.app(), ctx.client(), &queries, wants_total, read_limit);
        let (total, rows) = page.await?;
        Ok(Some(MessageList { total, messages: rows.into_iter().map(Message::from).collect() }))
    }

    /// Returns one message, without its content.
    ///
    /// Errors: `message_not_found`.
    #[graphql(directive = access::key::apply([Scope::UsersRead]))]
    async fn messages_get(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message's `_id`.")] message_id: String,
    ) -> Result<Option<Message>> {
        let message = list::get(ctx.app(), ctx.client(), message_id).await?;
        Ok(Some(message.into()))
    }
}

/// Changes the outbox.
#[derive(Debug, Default)]
pub struct MessageMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl MessageMutation {
    /// Sends a message at once, if it was rejected or waits for its next attempt. Its attempts are counted anew. A message
    /// that is being sent stays as it is. This works until the message expires.
    ///
    /// Errors: `message_not_found`.
    #[graphql(directive = access::key::apply([Scope::UsersWrite]))]
    async fn messages_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message's `_id`.")] message_id: String,
    ) -> Result<Option<Message>> {
        let message = retry::run(ctx.app(), ctx.client(), message_id).await?;
        Ok(Some(message.into()))
    }
}

/// A page of messages.
#[derive(Clone, Debug, SimpleObject)]
pub struct MessageList {
    /// How many messages there are in total, counted up to 5,000.
    total: u64,
    /// The messages on this page.
    messages: Vec<Message>,
}

/// A message, without its content.
#[derive(Clone, Debug, SimpleObject)]
pub struct Message {
    /// The message's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the message was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// How it is sent, for example `mail` or `sms`.
    channel: String,
    /// The kind of message, for example `recovery` or `phone_code`.
    kind: String,
    /// The recipient, for example an e-mail address or phone number.
    to: String,
    /// The state: `queued` (waits for the next attempt), `delivered` (accepted by the mail server or provider), `failed`
    /// (rejected), `expired` (not accepted in time) or `dropped` (never to be sent).
    state: String,
    /// How many attempts were made, since the last `messagesRetry`.
    attempts: i32,
    /// Why the last attempt failed; empty if it didn't, and during an attempt.
    error: String,
    /// When the next attempt is made; if the message is finished, when that was.
    due_at: DateTime,
    /// When the message expires.
    expires_at: DateTime,
}

impl From<message::Model> for Message {
    fn from(message: message::Model) -> Self {
        Self {
            id: message.id.as_str().into(),
            created_at: message.created_at.into(),
            channel: message.channel.to_value(),
            kind: message.kind,
            to: message.recipient,
            state: message.state.to_value(),
            attempts: message.attempts.get(),
            error: message.error,
            due_at: message.due_at.into(),
            expires_at: message.expires_at.into(),
        }
    }
}
