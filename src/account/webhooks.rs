//! Events for webhooks, stored in the transaction that causes them.

use entity::message::State;
use entity::security_log::Event;
use entity::{Timestamp, message, session, user};

use crate::account::types::{Session, User};
use crate::app::App;
use crate::config::{Project, WebhookEvent};
use crate::db::Tx;
use crate::error::Result;
use crate::graphql::row::{FieldValue, to_rest};
use crate::message::{Event as Outgoing, EventActor};

/// How many events may wait for a webhook. Further ones are lost, so that a server that is gone doesn't fill the
/// disk.
const MAX_WAITING: u64 = 10_000;

/// Stores the events of a transaction.
#[derive(Clone, Copy)]
pub(crate) struct Webhooks<'a> {
    pub(crate) app: &'a App,
    pub(crate) tx: &'a Tx,
    pub(crate) project: &'a Project,
    /// When the change began.
    pub(crate) now: Timestamp,
    /// Who has made it.
    pub(crate) actor: EventActor<'a>,
}

/// The event that a row of the security log stands for, if it is about a user. Events of sessions contain the session,
/// which the log doesn't have.
pub(crate) fn event_of(event: Event) -> Option<WebhookEvent> {
    match event {
        Event::UserCreate => Some(WebhookEvent::UserCreate),
        Event::UserDelete => Some(WebhookEvent::UserDelete),
        Event::UserUpdateEmail => Some(WebhookEvent::UserUpdateEmail),
        Event::UserUpdateLabels => Some(WebhookEvent::UserUpdateLabels),
        Event::UserUpdateName => Some(WebhookEvent::UserUpdateName),
        Event::UserUpdatePassword | Event::RecoveryUpdate => Some(WebhookEvent::UserUpdatePassword),
        Event::UserUpdatePhone => Some(WebhookEvent::UserUpdatePhone),
        Event::UserUpdatePrefs => Some(WebhookEvent::UserUpdatePrefs),
        Event::UserUpdateStatus => Some(WebhookEvent::UserUpdateStatus),
        Event::UserUpdateMfa
        | Event::AuthenticatorUpdate
        | Event::AuthenticatorDelete
        | Event::RecoveryCodesCreate
        | Event::RecoveryCodesUpdate
        | Event::RecoveryCodesUse => Some(WebhookEvent::UserUpdateMfa),
        Event::VerificationUpdate => Some(WebhookEvent::UserVerify),
        Event::PasskeyCreate => Some(WebhookEvent::PasskeyCreate),
        Event::PasskeyDelete => Some(WebhookEvent::PasskeyDelete),
        Event::UserCreateFailure
        | Event::SessionCreate
        | Event::SessionCreateFailure
        | Event::SessionUpdate
        | Event::SessionDelete
        | Event::TokenCreate
        | Event::RecoveryCreate
        | Event::VerificationCreate
        | Event::IdentityCreate
        | Event::IdentityDelete
        | Event::SessionCreatePending
        | Event::SessionDeletePending
        | Event::AuthenticatorCreate
        | Event::ChallengeCreate
        | Event::ChallengeUpdate
        | Event::ChallengeUpdateFailure
        | Event::PasskeyUpdate => None,
    }
}

impl Webhooks<'_> {
    /// Whether a webhook gets `event`.
    pub(crate) fn want(&self, event: WebhookEvent) -> bool {
        self.project.webhooks_for(event).next().is_some()
    }

    /// Stores an event about a user.
    pub(crate) async fn publish_user(&self, event: WebhookEvent, user: &user::Model) -> Result<()> {
        if !self.want(event) {
            return Ok(());
        }
        self.publish(event, &User::from(user.clone()), State::Queued).await
    }

    /// Stores an event that is never sent, so that a change which wasn't made takes as long (EN-5).
    pub(crate) async fn pretend(&self, event: WebhookEvent, user: &user::Model) -> Result<()> {
        if !self.want(event) {
            return Ok(());
        }
        self.publish(event, &User::from(user.clone()), State::Dropped).await
    }

    /// Stores an event about a session.
    pub(crate) async fn publish_session(
        &self,
        event: WebhookEvent,
        session: &session::Model,
    ) -> Result<()> {
        if !self.want(event) {
            return Ok(());
        }
        self.publish(event, &Session::without_tokens(session.clone()), State::Queued).await
    }

    /// Stores an event for each webhook that gets it. They are sent after the commit.
    async fn publish(
        &self,
        event: WebhookEvent,
        data: &impl FieldValue,
        state: State,
    ) -> Result<()> {
        let project = &self.project.id;
        let data = to_rest(data)?;
        for webhook in self.project.webhooks_for(event) {
            let id = webhook.id.as_str();
            let Self { now, actor, .. } = *self;
            let composed = Outgoing::new((project, id), event.as_str(), now, actor, &data)?;
            let messages = &self.app.messages;
            let row = messages.compose_event(composed, self.now, &self.app.random)?;
            let row = message::Model { state, ..row };
            if row.insert_below(MAX_WAITING, self.tx).await? {
                self.tx.wake_outbox();
            } else {
                self.app.notices.warn_once(&format!(
                    "events for the webhook {id} of the project {project} are lost: {MAX_WAITING} are waiting for it"
                ));
            }
        }
        Ok(())
    }
}
