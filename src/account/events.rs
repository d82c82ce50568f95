//! What happens to an account, as it happens.

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
use crate::graphql::policy::{LimitKey, MINUTE, Policy};

pub mod poller;
mod stream;

/// Follows the account.
#[derive(Debug, Default)]
pub struct EventSubscription;

#[Subscription(guard = "Policy::of(\"Subscription\")")]
impl EventSubscription {
    /// Answers what happens to the signed-in user, in order and without a gap, until the session ends. Comes by WebSocket
    /// (`graphql-transport-ws`) or as server-sent events.
    #[graphql(
        directive = access::user::apply(),
        directive = limit::calls::apply(60, MINUTE, [LimitKey::User])
    )]
    async fn account_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The number of the last event that you know: those after it come first. Left out, only new \
                          ones come."
        )]
        after: Option<i64>,
    ) -> Result<impl Stream<Item = async_graphql::Result<AccountEvent>> + use<>> {
        if after.is_some_and(|number| number < 0) {
            return Err(Error::argument("after", "must be the number of an event, or 0."));
        }
        let app = ctx.app().clone();
        let client = ctx.client().clone();
        let credentials = &ctx.request().credentials;
        let presence = SessionWatch::begin(&app, &client.project.id, credentials).await?;
        stream::open(app, client, presence, after).await
    }
}

/// Something that has happened to an account.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccountEvent {
    /// Counts the account's events from 1. Give the last one as `after` when you connect again, and you miss nothing.
    number: i64,
    /// What it concerns.
    kind: AccountEventKind,
    /// The event as the security log has it.
    log: Log,
    /// The user as of now.
    user: User,
}

/// What an event concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AccountEventKind {
    /// Somebody signed in: there is a new session.
    SessionCreated,
    /// A session was extended.
    SessionUpdated,
    /// One session or all of them were ended.
    SessionDeleted,
    /// The account was created or deleted, or its name, e-mail address, phone number or status changed.
    ProfileChanged,
    /// The preferences changed.
    PreferencesChanged,
    /// A verification of the address or the number was asked for or has succeeded.
    Verification,
    /// The password changed, a code, link or recovery was requested or used, an account at a provider was linked or
    /// unlinked, or a sign-in or sign-up with the user's address failed.
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
            | Event::UserUpdateName
            | Event::UserUpdatePhone
            | Event::UserUpdateStatus => Self::ProfileChanged,
            Event::UserUpdatePrefs => Self::PreferencesChanged,
            Event::VerificationCreate | Event::VerificationUpdate => Self::Verification,
            Event::IdentityCreate
            | Event::IdentityDelete
            | Event::RecoveryCreate
            | Event::RecoveryUpdate
            | Event::SessionCreateFailure
            | Event::TokenCreate
            | Event::UserCreateFailure
            | Event::UserUpdatePassword => Self::Security,
        }
    }
}

impl AccountEvent {
    fn new(row: security_log::Model, presence: &SessionWatch, client: &Client) -> Self {
        Self {
            number: row.number,
            // What a newer version has written is for the user to look at.
            kind: Event::parse(&row.event).map_or(AccountEventKind::Security, AccountEventKind::of),
            log: Log::new(row, client),
            user: presence.caller().user.clone().into(),
        }
    }
}
