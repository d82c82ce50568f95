//! The subscription `accountEvents`.

use std::sync::Arc;

use async_graphql::{Context, Enum, SimpleObject, Subscription};
use entity::security_log;
use entity::security_log::Event;
use futures_util::Stream;

use crate::account::logs::Log;
use crate::account::types::User;
use crate::auth::session_watch::SessionWatch;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, limit};
use crate::graphql::policy::{BoxedPolicy, LimitKey, MINUTE};

pub mod poller;
mod stream;

/// Subscriptions to account events.
#[derive(Debug, Default)]
pub struct EventSubscription;

#[Subscription(guard = "BoxedPolicy::of(\"Subscription\")")]
impl EventSubscription {
    /// Sends each event of the signed-in user's security log, in order and without gaps, until the session
    /// ends. Works over WebSocket (`graphql-transport-ws`) and server-sent events.
    #[graphql(
        directive = access::user::apply(),
        directive = limit::calls::apply(60, MINUTE, [LimitKey::User])
    )]
    async fn account_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The number of the last event that you have received: the events since then are sent first, then new ones. Without it, \
                    only new events are sent."
        )]
        after: Option<i64>,
    ) -> Result<impl Stream<Item = async_graphql::Result<Box<AccountEvent>>> + use<>> {
        if after.is_some_and(|number| number < 0) {
            return Err(Error::argument("after", "must be the number of an event, or 0."));
        }
        // Boxed, so that a subscription doesn't hold the memory of its start.
        let begin = Box::pin(async {
            let (app, client) = (ctx.app().clone(), Arc::clone(ctx.client()));
            let credentials = &ctx.request().credentials;
            let session_watch = SessionWatch::begin(&app, &client.project.id, credentials).await?;
            stream::open(app, client, session_watch, after).await
        });
        let events = begin.await?;
        ctx.request().note_subscribed();
        Ok(events)
    }
}

/// An event of an account.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccountEvent {
    /// The event's number; the events of an account are numbered without gaps. After a reconnect, pass the last number
    /// you have received as `after`, and no event is missed.
    number: i64,
    /// What the event is about.
    kind: AccountEventKind,
    /// The event's entry in the security log.
    log: Log,
    /// The user at the time of sending.
    user: User,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AccountEventKind {
    /// The user signed in: there is a new session, which has all the factors that it needs.
    SessionCreated,
    /// A session was extended.
    SessionUpdated,
    /// One session was ended, or all of them.
    SessionDeleted,
    /// The account was created or deleted, or its name, e-mail address, phone number, labels or status
    /// changed.
    ProfileChanged,
    /// The preferences changed.
    PreferencesChanged,
    /// A verification of the e-mail address or phone number was requested or completed.
    Verification,
    /// The password changed; a code, link or recovery was requested or used; a provider account was linked
    /// or unlinked; a passkey was added, renamed or deleted; second factors were turned on or off, set up, removed, asked
    /// for, passed or failed; a sign-in began that lacks a second factor, or was given up; or a sign-in or sign-up with the
    /// user's e-mail address failed.
    Security,
}

impl AccountEventKind {
    /// The kind of an event.
    fn of(event: Event) -> Self {
        match event {
            Event::SessionCreate => Self::SessionCreated,
            Event::SessionUpdate => Self::SessionUpdated,
            Event::SessionDelete => Self::SessionDeleted,
            Event::UserCreate
            | Event::UserDelete
            | Event::UserUpdateEmail
            | Event::UserUpdateLabels
            | Event::UserUpdateName
            | Event::UserUpdatePhone
            | Event::UserUpdateStatus => Self::ProfileChanged,
            Event::UserUpdatePrefs => Self::PreferencesChanged,
            Event::VerificationCreate | Event::VerificationUpdate => Self::Verification,
            Event::IdentityCreate
            | Event::IdentityDelete
            | Event::PasskeyCreate
            | Event::PasskeyDelete
            | Event::PasskeyUpdate
            | Event::RecoveryCreate
            | Event::RecoveryUpdate
            | Event::SessionCreateFailure
            | Event::TokenCreate
            | Event::UserCreateFailure
            | Event::UserUpdatePassword
            | Event::UserUpdateMfa
            | Event::SessionCreatePending
            | Event::SessionDeletePending
            | Event::AuthenticatorCreate
            | Event::AuthenticatorUpdate
            | Event::AuthenticatorDelete
            | Event::RecoveryCodesCreate
            | Event::RecoveryCodesUpdate
            | Event::RecoveryCodesUse
            | Event::ChallengeCreate
            | Event::ChallengeUpdate
            | Event::ChallengeUpdateFailure => Self::Security,
        }
    }
}

impl AccountEvent {
    fn new(row: security_log::Model, session_watch: &SessionWatch, client: &Arc<Client>) -> Self {
        Self {
            number: row.number,
            // Events that a newer version of the server has written: clients should read the user again.
            kind: Event::parse(&row.event).map_or(AccountEventKind::Security, AccountEventKind::of),
            log: Log::new(row, client),
            user: Arc::clone(&session_watch.caller().user).into(),
        }
    }
}
