//! The unit of work: one transaction that changes an account, with its rows in the security log and its
//! messages.

use std::ops::Deref;
use std::sync::OnceLock;

use entity::{MessageId, Timestamp, UserId, UserKey, message, session, user};
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExecResult, IntoActiveModel,
    QueryFilter, QueryResult, QuerySelect, QueryTrait, Statement,
};

use crate::account::webhooks::Webhooks;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::{Client, user_agent};
use crate::db::{AsIs, FindUnique, Tx, lock_user_of};
use crate::error::{Error, Result};
use crate::message::{EventActor, Kind};
use crate::metrics::Metrics;
use crate::outbox::{compose_alert, schedule_alert};

mod log;

/// An open transaction in which someone changes an account.
pub(crate) struct Change<'a> {
    /// When the change began.
    pub(crate) now: Timestamp,
    tx: &'a Tx,
    app: &'a App,
    actor: &'a Actor<'a>,
    client: &'a Client,
    /// The user whose row this change has locked first.
    locked: OnceLock<UserKey>,
}

impl App {
    /// Runs `change` for `actor`, who calls from `client`, in one transaction. The change, its rows in the
    /// security log and its messages are committed together, or not at all. The client gets its answer after
    /// the commit.
    ///
    /// Keep slow work out of it: hash passwords before.
    pub(crate) async fn change<T>(
        &self,
        actor: &Actor<'_>,
        client: &Client,
        change: impl AsyncFnOnce(&Change<'_>) -> Result<T>,
    ) -> Result<T> {
        // Parsing a new user agent takes a while: done before the transaction, which finds it in the cache.
        user_agent::parse(&client.user_agent);
        let now = self.clock.now();
        let write = async |tx: &Tx| {
            let locked = OnceLock::new();
            change(&Change { now, tx, app: self, actor, client, locked }).await
        };
        // Boxed, so that the futures of all fields are small: the engine nests them.
        Box::pin(self.db.write(write)).await
    }
}

impl Change<'_> {
    /// Whether a server or an operator changes the account.
    pub(crate) fn is_by_admin(&self) -> bool {
        self.actor.is_admin()
    }

    /// Reads a user and locks the row until the end of the transaction.
    pub(crate) async fn lock_user(&self, key: UserKey) -> Result<Option<user::Model>> {
        let user = user::Entity::find_by_id(key.clone()).lock_exclusive().find_unique(self).await?;
        if user.is_some() {
            let _ = self.locked.set(key);
        }
        Ok(user)
    }

    /// Whether the change has locked this user's row.
    fn has_locked(&self, key: &UserKey) -> bool {
        self.locked.get() == Some(key)
    }

    /// Reads the user who is to be changed, locks the row, and checks that the actor may change it: a user
    /// only the own account, a server and an operator each account of the project.
    pub(crate) async fn confirm(&self, id: &UserId) -> Result<user::Model> {
        match self.actor {
            Actor::User(caller) if caller.user.id == *id => self.confirm_session(caller).await,
            Actor::Guest | Actor::User(_) => {
                Err(Error::GeneralUnauthorizedScope("only the user can change an account"))
            }
            Actor::Key(_) | Actor::Operator => {
                let key = (self.client.project.id.clone(), id.clone());
                self.lock_user(key).await?.ok_or(Error::UserNotFound)
            }
        }
    }

    /// Reads the caller's user again, locks the row, and checks that the session is still live.
    ///
    /// Fails if the session was ended, or the user blocked, since the request came in.
    async fn confirm_session(&self, caller: &SignedIn) -> Result<user::Model> {
        let (session, key) = (&caller.session.id, caller.user.key());
        let user = if self.get_database_backend() == DbBackend::Postgres {
            let user = lock_user_of(self.tx, session, &key, self.now).await?;
            if user.is_some() {
                let _ = self.locked.set(key);
            }
            user
        } else {
            let live = session::Entity::find_by_id(session.clone())
                .filter(session::Column::ProjectId.eq(key.0.clone()))
                .filter(session::Column::UserId.eq(key.1.clone()))
                .filter(session::Column::ExpiresAt.gt(self.now));
            let live = live.select_only().column(session::Column::Id).into_query();
            let user = user::Entity::find_by_id(key).filter(Expr::exists(live));
            user.find_unique(self).await?
        };
        let Some(user) = user else {
            return Err(caller.session_ended());
        };
        if !user.enabled {
            return Err(Error::UserBlocked);
        }
        Ok(user)
    }

    /// Stores events for webhooks in the transaction.
    pub(crate) fn webhooks(&self) -> Webhooks<'_> {
        let Self { now, tx, app, actor, client, .. } = *self;
        let name = actor.key().map(|key| key.name.as_str()).unwrap_or_default();
        let actor = EventActor { kind: actor.kind().as_str(), name };
        Webhooks { app, tx, project: &client.project, now, actor }
    }

    /// Counts something once the change is committed.
    pub(crate) fn count(&self, count: impl FnOnce(&Metrics) + Send + 'static) {
        let app = self.app.clone();
        self.tx.once_committed(move || count(&app.metrics));
    }

    /// Puts a message into the outbox. It is sent after the commit.
    pub(crate) async fn send(&self, message: message::Model) -> Result<()> {
        message.into_active_model().insert_as_is(self).await?;
        self.wake_outbox();
        Ok(())
    }

    /// Puts an alert into the outbox that is sent at `due`, unless it is deleted by its `id` before. Otherwise as
    /// [`Self::alert`].
    pub(crate) async fn schedule_alert(
        &self,
        (kind, id, due): (Kind, MessageId, Timestamp),
        user: &user::Model,
    ) -> Result<()> {
        if self.is_by_admin() {
            return Ok(());
        }
        match schedule_alert(self.app, (kind, id, due), user, self.client)? {
            Some(message) => self.send(message).await,
            None => Ok(()),
        }
    }

    /// Puts an alert for `user` into the outbox. It goes to the address in `user`: pass the row before the
    /// change if the address changes. Without an address or a mail transport, no alert is sent, and none
    /// about what a server or an operator does: they answer for it themselves.
    pub(crate) async fn alert(&self, kind: Kind, user: &user::Model) -> Result<()> {
        if self.is_by_admin() { Ok(()) } else { self.alert_always(kind, user).await }
    }

    /// The same, also about what a server or an operator has done.
    pub(crate) async fn alert_always(&self, kind: Kind, user: &user::Model) -> Result<()> {
        match compose_alert(self.app, kind, user, self.client)? {
            Some(message) => self.send(message).await,
            None => Ok(()),
        }
    }
}

impl Deref for Change<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        self.tx
    }
}

#[async_trait]
impl ConnectionTrait for Change<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.tx.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.tx.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.tx.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.tx.query_all_raw(statement).await
    }
}
