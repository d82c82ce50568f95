//! The field `devInbox`, for end-to-end tests. Only `accountd dev` has it.

use std::time::Duration;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::{MessageId, message};
use sea_orm::ActiveEnum;

use crate::address::{Email, Phone};
use crate::error::{Error, Result};
use crate::graphql::context::FieldContext;
use crate::graphql::declare::access;
use crate::graphql::policy::Policy;
use crate::graphql::scalars::DateTime;
use crate::message::Content;
use crate::outbox::inbox;
use crate::outbox::inbox::Wanted;

/// Who may read messages.
pub(crate) const NOT_LOCAL: &str =
    "The inbox is at http://localhost only, on the machine that accountd runs on.";
/// The longest wait for a message, in milliseconds.
const MAX_WAIT: i32 = 30_000;

/// Reads the messages of a development server.
#[derive(Debug, Default)]
pub struct DevInboxQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl DevInboxQuery {
    /// Returns the newest message of the project. If there is none, waits for one; null if none was sent in
    /// time. Only under `accountd dev`.
    ///
    /// Errors: `general_bad_request`.
    #[graphql(directive = access::anyone::apply())]
    async fn dev_inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only messages to this e-mail address or phone number. Default: any.")]
        to: Option<String>,
        #[graphql(
            desc = "How long to wait for a message, in milliseconds: 0 to 30,000. Default: 0."
        )]
        wait_ms: Option<i32>,
        #[graphql(
            desc = "The `_id` of a message that the wanted one is newer than: for a second code to the same \
                          address."
        )]
        after: Option<ID>,
    ) -> Result<Option<DevMessage>> {
        // A page under a name that someone has pointed at this machine (DNS rebinding) could read the
        // messages.
        if !ctx.client().is_local {
            return Err(Error::GeneralSecretImpossible(NOT_LOCAL));
        }
        let wait = wait_ms.unwrap_or_default();
        let wait = u64::try_from(wait).ok().filter(|_| wait <= MAX_WAIT).ok_or_else(|| {
            Error::argument("waitMs", format!("must be 0 to {MAX_WAIT} milliseconds."))
        })?;
        let wanted = Wanted {
            project: Some(ctx.client().project.id.clone()),
            to: to.as_deref().map(address).transpose()?,
            after: after.as_ref().map(|id| message_id(id)).transpose()?,
        };
        let newest = inbox::wait(ctx.app(), &wanted, Duration::from_millis(wait)).await?;
        Ok(newest.map(|(message, content)| DevMessage::new(message, content)))
    }
}

/// The address in the form in which messages have it.
fn address(text: &str) -> Result<String> {
    let email = Email::parse(text).map(|email| email.to_string());
    let address = email.or_else(|| Phone::parse(text).map(|phone| phone.to_string()));
    address.ok_or_else(|| Error::argument("to", "must be an e-mail address or a phone number."))
}

fn message_id(text: &str) -> Result<MessageId> {
    let is_id = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id
        .then(|| MessageId::new(text))
        .ok_or_else(|| Error::argument("after", "must be a message's id."))
}

/// A message that the server has sent, or would send in production.
#[derive(Clone, Debug, SimpleObject)]
pub struct DevMessage {
    /// The message's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the message was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// `mail` or `sms`.
    channel: String,
    /// The kind of message: `recovery`, `verification`, `magic_link`, `email_code`, `phone_code` or
    /// `new_device`, for example.
    kind: String,
    /// The recipient: an e-mail address or phone number.
    to: String,
    /// The subject of an e-mail; empty for an SMS.
    subject: String,
    /// The whole message as plain text.
    text: String,
    /// The e-mail as HTML; empty for an SMS.
    html: String,
    /// The link in the message; empty if none.
    link: String,
    /// The code in the message; empty if none.
    code: String,
    /// The `userId` to redeem the secret with; empty if there is no secret.
    user_id: String,
    /// The `secret` to redeem: that of the link, or else the code; empty if none.
    secret: String,
    /// The state of the message: `queued`, `delivered`, `failed` or `expired`.
    state: String,
}

impl DevMessage {
    fn new(message: message::Model, content: Content) -> Self {
        Self {
            id: message.id.as_str().into(),
            created_at: message.created_at.into(),
            channel: message.channel.to_value(),
            kind: message.kind,
            to: message.recipient,
            subject: content.subject,
            text: content.text,
            html: content.html,
            link: content.link,
            code: content.code,
            user_id: content.user_id,
            secret: content.secret,
            state: message.state.to_value(),
        }
    }
}
