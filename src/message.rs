//! Messages to users, and events for webhooks: words and transports.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use entity::message::{Channel, State};
use entity::{Count, MessageId, Timestamp, message};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::clock::Clock;
use crate::config::{Config, Project};
use crate::crypto::encrypter::Encrypter;
use crate::crypto::keys::Keys;
use crate::error::{Error, Result};
use crate::random::Random;

mod event;
mod kind;
mod template;
mod transport;

pub use event::{Event, EventActor, TEST_EVENT};
pub use kind::Kind;
use template::Templates;
pub use template::Values;
pub use transport::DeliveryError;
use transport::mail::MailTransport;
pub use transport::sms::{SmsTransport, webhook_secret};
pub use transport::webhooks::{WebhookAnswer, Webhooks, event_secret};

/// Composes and sends messages.
pub struct Messages {
    templates: Templates,
    mail: MailTransport,
    sms: SmsTransport,
    /// The webhooks of all projects.
    pub webhooks: Webhooks,
    encrypter: Encrypter,
    /// Counts messages, so that ids of one millisecond are in order.
    written: AtomicU16,
    /// Whether contents are kept after delivery: in development, for the inbox.
    pub(crate) keeps_contents: bool,
}

/// A message to compose.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The recipient's address or number.
    pub to: &'a str,
    /// Whether to send it. One that isn't sent is composed all the same, so that it takes as long (D6).
    pub deliverable: bool,
    /// The values for its text.
    pub values: Values<'a>,
    /// How long it may be sent.
    pub ttl: Duration,
}

/// The content of a message, before encryption.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The subject of a mail.
    pub subject: String,
    /// The whole message as plain text; the JSON of an event.
    pub text: String,
    /// A mail as HTML; empty for a text message.
    pub html: String,
    /// The name of the project, as the sender.
    pub project: String,
    /// Its link; empty if none.
    pub link: String,
    /// Its code; empty if none.
    pub code: String,
    /// The user id to redeem its secret with; empty if none.
    pub user_id: String,
    /// The secret of the link, or else the code; empty if none.
    pub secret: String,
}

impl Messages {
    /// Reads the templates and opens the configured transports.
    pub fn open(config: &Config, keys: &Keys) -> anyhow::Result<Self> {
        Ok(Self {
            templates: Templates::load(config.mail.templates.as_deref())?,
            mail: MailTransport::open(config)?,
            sms: SmsTransport::open(config, keys)?,
            webhooks: Webhooks::open(config, keys)?,
            encrypter: Encrypter::new(keys.derive_all("messages")),
            written: AtomicU16::new(0),
            keeps_contents: config.is_dev(),
        })
    }

    /// Fails if there is no mail transport.
    pub fn check_mail(&self) -> Result<()> {
        if self.mail.is_none() { Err(Error::GeneralSmtpDisabled) } else { Ok(()) }
    }

    /// Fails if there is no SMS transport.
    pub fn check_sms(&self) -> Result<()> {
        if self.sms.is_none() { Err(Error::GeneralPhoneDisabled) } else { Ok(()) }
    }

    /// Describes the mail transport, after testing it without sending a mail.
    pub async fn check_mail_transport(&self) -> Result<String, String> {
        self.mail.check().await
    }

    /// Describes the SMS transport.
    pub fn describe_sms_transport(&self) -> String {
        self.sms.describe()
    }

    /// Sends a test message at once, without the outbox.
    pub async fn probe(&self, kind: Kind, to: &str, project: &Project) -> Result<(), String> {
        let (now, id) = (Clock::system().now(), Random::System.id(Clock::system().now()));
        let values = Values::default();
        let draft = Draft { kind, to, deliverable: true, values, ttl: Duration::ZERO };
        let content = self.templates.probe(project.title(), &draft);
        let content = content.map_err(|error| format!("{error:#}"))?;
        let message = message::Model {
            id: MessageId::new(id),
            project_id: project.id.clone(),
            channel: kind.channel(),
            kind: kind.name().to_owned(),
            recipient: to.to_owned(),
            sealed: String::new(),
            state: State::Queued,
            attempts: Count::new(1),
            error: String::new(),
            created_at: now,
            due_at: now,
            expires_at: now,
        };
        self.deliver(&message, content, now).await.map_err(|error| error.to_string())
    }

    /// The content of a message encrypted under the newest master secret; none if it is already.
    pub(crate) fn renew(&self, message: &message::Model, random: &Random) -> Option<String> {
        self.encrypter.renew(message.id.as_str(), &message.sealed, random.bytes())
    }

    /// The content of a message; none if it was wiped.
    pub fn content(&self, message: &message::Model) -> Option<Content> {
        let json = self.encrypter.decrypt(message.id.as_str(), &message.sealed)?;
        serde_json::from_str(&json).ok()
    }

    /// Sends a message.
    pub(crate) async fn send(
        &self,
        message: &message::Model,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        let unreadable = || {
            DeliveryError::Permanent(
                "its content can't be read: the master secret has changed".to_owned(),
            )
        };
        let content = self.content(message).ok_or_else(unreadable)?;
        self.deliver(message, content, now).await
    }

    async fn deliver(
        &self,
        message: &message::Model,
        content: Content,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        match message.channel {
            Channel::Mail => self.mail.send(message, &content, now).await,
            Channel::Sms => self.sms.send(message, &content, now).await,
            Channel::Webhook => self.webhooks.send(message, content.text, now).await,
        }
    }

    /// Composes a message of `client`'s project in the client's language, for the outbox.
    pub fn compose(
        &self,
        client: &Client,
        draft: &Draft<'_>,
        now: Timestamp,
        random: &Random,
    ) -> Result<message::Model> {
        self.compose_as((self.next_id(now, random), now), client, draft, random)
    }

    /// The same with an id by which it can be found again.
    pub fn compose_as(
        &self,
        (id, now): (MessageId, Timestamp),
        client: &Client,
        draft: &Draft<'_>,
        random: &Random,
    ) -> Result<message::Model> {
        let ciphertext = self.encrypt(&id, &self.templates.render(client, draft)?, random)?;
        let state = if draft.deliverable { State::Queued } else { State::Dropped };
        Ok(message::Model {
            id,
            project_id: client.project.id.clone(),
            channel: draft.kind.channel(),
            kind: draft.kind.name().to_owned(),
            recipient: draft.to.to_owned(),
            sealed: ciphertext,
            state,
            attempts: Count::default(),
            error: String::new(),
            created_at: now,
            due_at: now,
            expires_at: now + draft.ttl,
        })
    }

    /// Composes an event for the outbox.
    pub fn compose_event(
        &self,
        event: Event<'_>,
        now: Timestamp,
        random: &Random,
    ) -> Result<message::Model> {
        let content = Content { text: event.body, ..Content::default() };
        let id = self.next_id(now, random);
        let ciphertext = self.encrypt(&id, &content, random)?;
        Ok(message::Model {
            id,
            project_id: event.project.clone(),
            channel: Channel::Webhook,
            kind: event.name.to_owned(),
            recipient: event.webhook.to_owned(),
            sealed: ciphertext,
            state: State::Queued,
            attempts: Count::default(),
            error: String::new(),
            created_at: now,
            due_at: now,
            expires_at: now + event::TTL,
        })
    }

    /// The id of a new message.
    pub(crate) fn next_id(&self, now: Timestamp, random: &Random) -> MessageId {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let suffix = hex::encode(random.bytes::<4>());
        MessageId::new(format!("{:012x}{number:04x}{suffix}", now.millis()))
    }

    /// Encrypts a content for the message of this id.
    fn encrypt(&self, id: &MessageId, content: &Content, random: &Random) -> Result<String> {
        let json = serde_json::to_string(content).map_err(anyhow::Error::from)?;
        self.encrypter.encrypt(id.as_str(), &json, random.bytes())
    }
}
