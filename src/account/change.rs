//! The unit of work: one transaction that changes an account, with its rows in the security log and its
//! messages.

use std::ops::Deref;
use std::sync::OnceLock;

use entity::security_log::Event;
use entity::{
    MessageId, ProjectId, Timestamp, UserId, UserKey, message, security_log, session, user,
};
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExecResult, IntoActiveModel,
    QueryFilter, QueryResult, QuerySelect, QueryTrait, Set, Statement,
};

use crate::account::webhooks::{Webhooks, event_of};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::{Client, user_agent};
use crate::db::{AsIs, FindUnique, Tx, lock_user_of};
use crate::error::{Error, Result};
use crate::message::{EventActor, Kind};
use crate::metrics::Metrics;
use crate::outbox::{compose_alert, schedule_alert};

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
        let _ = self.locked.set(key);
        Ok(user)
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
            let _ = self.locked.set(key);
            user
        } else {
            let live = session::Entity::find_by_id(session.clone())
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

    /// Writes a row about `user` into the security log, and stores the event for webhooks.
    pub(crate) async fn log(&self, event: Event, user: &user::Model) -> Result<()> {
        self.log_about(event, Some(user)).await?;
        match event_of(event) {
            Some(event) => self.webhooks().publish_user(event, user).await,
            None => Ok(()),
        }
    }

    /// Writes a row into the security log: about `user`, or without a user where the account doesn't exist. A deletion
    /// names no user.
    pub(crate) async fn log_about(&self, event: Event, user: Option<&user::Model>) -> Result<()> {
        let project = &self.client.project.id;
        let user_id = user.map(|user| &user.id);
        let key = (project.clone(), user_id.cloned().unwrap_or_else(|| UserId::new("")));
        if self.get_database_backend() == DbBackend::Postgres && self.locked.get() != Some(&key) {
            // Rows of one user are numbered one at a time. This lock is weak enough for transactions that
            // only insert rows which reference the user. Without a user, look for a row all the same, so
            // that it takes as long (EN-3).
            user::Entity::find_by_id(key).lock(LockType::NoKeyUpdate).find_unique(self).await?;
        }
        let row = self.log_row(event, user);
        // Once all rows of a user are older than the retention, the next one must not have a number that another had.
        // Nobody has had one event a second in all those years.
        let restarts = self.client.project.security_log.retention.is_some();
        let floor = if restarts && event != Event::UserCreate { self.now.seconds() } else { 0 };
        security_log::Entity::append(row, floor, self).await?;
        if let Some(user) = user_id {
            self.notify_log((project.clone(), user.clone()));
        }
        Ok(())
    }

    /// Writes the first row of each of these new users into the security log, and removes their ids from rows of deleted
    /// users, as [`Self::anonymize_log`] does.
    pub(crate) async fn log_creations(&self, users: &[user::Model]) -> Result<()> {
        let project = &self.client.project.id;
        self.anonymize(project, users.iter().map(|user| user.id.clone()).collect()).await?;
        let rows = users.iter().map(|user| security_log::ActiveModel {
            number: Set(1),
            ..self.log_row(Event::UserCreate, Some(user))
        });
        security_log::Entity::insert_many(rows).exec_without_returning(self).await?;
        Ok(())
    }

    /// A row for the security log, without its number.
    fn log_row(&self, event: Event, user: Option<&user::Model>) -> security_log::ActiveModel {
        let (client, key) = (self.client, self.actor.key());
        let named = user.filter(|_| event != Event::UserDelete);
        security_log::ActiveModel {
            project_id: Set(client.project.id.clone()),
            user_id: Set(user.map(|user| user.id.clone())),
            event: Set(event.as_str().to_owned()),
            user_email: Set(named.and_then(|user| user.email.clone()).unwrap_or_default()),
            user_name: Set(named.map(|user| user.name.clone()).unwrap_or_default()),
            actor_kind: Set(self.actor.kind().as_str().to_owned()),
            actor_id: Set(key.map(|key| key.id.clone()).unwrap_or_default()),
            actor_name: Set(key.map(|key| key.name.clone()).unwrap_or_default()),
            ip: Set(client.ip.to_string()),
            user_agent: Set(client.user_agent.clone()),
            country_code: Set(client.country_code.clone()),
            created_at: Set(self.now),
            ..Default::default()
        }
    }

    /// Counts something once the change is committed.
    pub(crate) fn count(&self, count: impl FnOnce(&Metrics) + Send + 'static) {
        let app = self.app.clone();
        self.tx.once_committed(move || count(&app.metrics));
    }

    /// Removes the user's id from log rows of a deleted user with the same id, so that the new user can't
    /// read them.
    pub(crate) async fn anonymize_log(&self, user: &user::Model) -> Result<()> {
        self.anonymize(&user.project_id, vec![user.id.clone()]).await
    }

    async fn anonymize(&self, project: &ProjectId, users: Vec<UserId>) -> Result<()> {
        security_log::Entity::update_many()
            .col_expr(security_log::Column::UserId, Expr::value(None::<String>))
            .filter(security_log::Column::ProjectId.eq(project.clone()))
            .filter(security_log::Column::UserId.is_in(users))
            .exec(self)
            .await?;
        Ok(())
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
