//! The field that end-to-end tests read their messages with; it exists in development only.

use std::time::Duration;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::message::Channel;
use entity::{MessageId, message};

use crate::address::{Email, Phone};
use crate::error::{Error, Result};
use crate::graphql::context::FieldContext;
use crate::graphql::declare::access;
use crate::graphql::policy::Policy;
use crate::graphql::scalars::DateTime;
use crate::message::Content;
use crate::outbox::inbox;
use crate::outbox::inbox::Wanted;

/// The longest wait for a message, in milliseconds.
const MAX_WAIT: i32 = 30_000;

/// Reads the messages that the server would send.
#[derive(Debug, Default)]
pub struct DevInboxQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl DevInboxQuery {
    /// Answers the newest message of the project, and waits for one if there is none; null when none came in time.
    /// Only in development.
    ///
    /// Errors: `general_bad_request`.
    #[graphql(directive = access::anyone::apply())]
    async fn dev_inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The e-mail address or phone number it went to; any when left out.")]
        to: Option<String>,
        #[graphql(
            desc = "How long to wait for a message, in milliseconds: up to 30,000; not at all when left out."
        )]
        wait_ms: Option<i32>,
        #[graphql(
            desc = "The `_id` of a message that the wanted one is newer than: for a second code to the same \
                          address."
        )]
        after: Option<ID>,
    ) -> Result<Option<DevMessage>> {
        // A page whose name somebody lets lead to this machine would read the messages as its own.
        if !ctx.client().is_local {
            return Err(Error::GeneralBadRequest);
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

/// The address as messages have it.
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

/// A message that the server sends, or would send.
#[derive(Clone, Debug, SimpleObject)]
pub struct DevMessage {
    /// The message's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When it was written.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// `mail` or `sms`.
    channel: &'static str,
    /// What it says, as `recovery`, `verification`, `magic_link`, `email_code`, `phone_code`, `new_device`.
    kind: String,
    /// The address or number it goes to.
    to: String,
    /// A mail's subject; empty for a text message.
    subject: String,
    /// All of it as plain text.
    text: String,
    /// A mail as HTML; empty for a text message.
    html: String,
    /// The link that it carries; empty when none.
    link: String,
    /// The code that it carries; empty when none.
    code: String,
    /// The `userId` that its secret is redeemed with; empty when it carries none.
    user_id: String,
    /// The `secret` to redeem: that of the link, else the code; empty when it carries none.
    secret: String,
    /// What has become of it: `queued`, `delivered`, `failed` or `expired`.
    state: String,
}

impl DevMessage {
    fn new(message: message::Model, content: Content) -> Self {
        Self {
            id: message.id.as_str().into(),
            created_at: message.created_at.into(),
            channel: match message.channel {
                Channel::Mail => "mail",
                Channel::Sms => "sms",
            },
            kind: message.kind,
            to: message.recipient,
            subject: content.subject,
            text: content.text,
            html: content.html,
            link: content.link,
            code: content.code,
            user_id: content.user_id,
            secret: content.secret,
            state: sea_orm::ActiveEnum::to_value(&message.state),
        }
    }
}
