//! The database: one pool for reading, one door for writing.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use anyhow::Context;
use entity::ProjectId;
use entity::Timestamp;
use entity::UserId;
use entity::message;
use entity::security_log;
use entity::session;
use entity::user;
use migration::Migrator;
use sea_orm::ActiveModelTrait;
use sea_orm::ColumnTrait;
use sea_orm::ConnectionTrait;
use sea_orm::DatabaseConnection;
use sea_orm::DatabaseTransaction;
use sea_orm::DbBackend;
use sea_orm::EntityTrait;
use sea_orm::IntoActiveModel;
use sea_orm::QueryFilter;
use sea_orm::QuerySelect;
use sea_orm::Set;
use sea_orm::SqliteTransactionMode;
use sea_orm::TransactionOptions;
use sea_orm::TransactionTrait;
use sea_orm::sea_query::Expr;
use sea_orm::sea_query::LockType;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::auth::caller::SignedIn;
use crate::changes::Changes;
use crate::client::Client;
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::error::Error;
use crate::error::Result;
use crate::limiter::Store;

mod connection;
mod only;

pub(crate) use connection::apply;
use connection::connect;
pub(crate) use connection::inspect;
pub(crate) use connection::open_scratch;
pub(crate) use only::Only;

/// How many connections read an SQLite database at once.
const SQLITE_READERS: u32 = 4;

/// The database of all rows. SQLite has one writing connection and several that read;
/// on PostgreSQL both are the same pool.
#[derive(Clone, Debug)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// Told when a committed transaction has put messages into the outbox.
    queued: Arc<Notify>,
    /// Told of whom a committed transaction has logged something.
    changes: Changes,
}

impl Db {
    /// Opens the database that `url` names (`sqlite:///path`, `postgres://…`) and brings its schema up to date.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let write = connect(url, 1).await?;
        apply::<Migrator>(&write).await.context("the database can't be migrated")?;
        let read = match write.get_database_backend() {
            DbBackend::Sqlite => connect(url, SQLITE_READERS).await?,
            _ => write.clone(),
        };
        Ok(Self { read, write, queued: Arc::default(), changes: Changes::default() })
    }

    /// The connections that read.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The connections that write: one on SQLite, the common pool on PostgreSQL. Changes go through [`Db::write`].
    pub fn writer(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Carries out `change` in one transaction: all of it happens, with its rows in the security log, or nothing.
    ///
    /// Nothing slow belongs in here; passwords are hashed before.
    pub async fn write<T>(&self, change: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = Tx {
            transaction: self.write.begin_with_options(options).await?,
            has_messages: AtomicBool::new(false),
            logged: Mutex::default(),
        };
        // On the heap, so that the many calls which wait before this are small.
        let done = Box::pin(change(&tx)).await?;
        tx.transaction.commit().await?;
        if tx.has_messages.into_inner() {
            self.queued.notify_waiters();
        }
        for user in tx.logged.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.changes.tell(&user);
        }
        Ok(done)
    }

    /// Tells of the users about whom something is logged.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Whether other servers may write into the same database.
    pub fn is_shared(&self) -> bool {
        self.write.get_database_backend() == DbBackend::Postgres
    }

    /// Waits until a message is put into the outbox by this process, after this call.
    pub fn message_queued(&self) -> Notified<'_> {
        self.queued.notified()
    }

    /// Fails when the database doesn't answer.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.read.ping().await?)
    }
}

/// An open transaction of the door: what a change may do besides its own statements.
#[derive(Debug)]
pub struct Tx {
    transaction: DatabaseTransaction,
    has_messages: AtomicBool,
    /// The users about whom something was logged.
    logged: Mutex<Vec<(ProjectId, UserId)>>,
}

impl Deref for Tx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}

impl Tx {
    /// Reads a user and keeps other writers of the same user out until the end of the transaction.
    pub async fn lock_user(&self, key: (ProjectId, UserId)) -> Result<Option<user::Model>> {
        Ok(user::Entity::find_by_id(key).lock_exclusive().only(&self.transaction).await?)
    }

    /// Reads the caller's user again, locked, after making sure that the session still stands.
    ///
    /// A change that began before its session was revoked, or its user blocked, ends here.
    pub async fn confirm(&self, caller: &SignedIn, now: Timestamp) -> Result<user::Model> {
        let Some(user) = self.lock_user(caller.user_key()).await? else {
            return Err(caller.refusal());
        };
        let session =
            session::Entity::find_by_id(caller.session.id.clone()).only(&self.transaction).await?;
        if session.is_none_or(|session| session.expires_at <= now) {
            return Err(caller.refusal());
        }
        if !user.enabled {
            return Err(Error::UserBlocked);
        }
        Ok(user)
    }

    /// Writes one row of the security log about `user`.
    pub async fn log(
        &self,
        event: &str,
        user: &user::Model,
        client: &Client,
        now: Timestamp,
    ) -> Result<()> {
        self.log_about(event, Some(user), client, now).await
    }

    /// Writes one row of the security log about `user`, or about nobody where there is no such account.
    pub async fn log_about(
        &self,
        event: &str,
        user: Option<&user::Model>,
        client: &Client,
        now: Timestamp,
    ) -> Result<()> {
        let project = &client.project.id;
        let user_id = user.map(|user| &user.id);
        if self.get_database_backend() == DbBackend::Postgres {
            // Numbers are drawn one after the other. The weaker lock goes along with that of a row that refers to the user.
            // Nobody is asked for as well, so that it takes as long (security.md EN-3).
            let key = (project.clone(), user_id.cloned().unwrap_or_else(|| UserId::new("")));
            user::Entity::find_by_id(key)
                .lock(LockType::NoKeyUpdate)
                .only(&self.transaction)
                .await?;
        }
        let newest =
            security_log::Entity::newest_number(project, user_id, &self.transaction).await?;
        let row = security_log::ActiveModel {
            project_id: Set(project.clone()),
            user_id: Set(user_id.cloned()),
            number: Set(newest.saturating_add(1)),
            event: Set(event.to_owned()),
            user_email: Set(user.and_then(|user| user.email.clone()).unwrap_or_default()),
            user_name: Set(user.map(|user| user.name.clone()).unwrap_or_default()),
            ip: Set(client.ip.to_string()),
            user_agent: Set(client.user_agent.clone()),
            country_code: Set(client.country_code.clone()),
            created_at: Set(now),
            ..Default::default()
        };
        row.insert(&self.transaction).await?;
        if let Some(user) = user_id {
            let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
            logged.push((project.clone(), user.clone()));
        }
        Ok(())
    }

    /// Takes the name off what the log holds of a deleted user with the id of this new one, who must not read it.
    pub async fn disown_log(&self, user: &user::Model) -> Result<()> {
        security_log::Entity::update_many()
            .col_expr(security_log::Column::UserId, Expr::value(None::<String>))
            .filter(security_log::Column::ProjectId.eq(user.project_id.clone()))
            .filter(security_log::Column::UserId.eq(user.id.clone()))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Puts a message into the outbox. It leaves after the commit, or never.
    pub async fn send(&self, message: message::Model) -> Result<()> {
        message.into_active_model().insert(&self.transaction).await?;
        self.has_messages.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// Brings the schema of the configured database up to date, without serving it.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let _lock = DataLock::take(config.database.file())?;
    let db = Db::open(config.database.url.expose().as_str()).await?;
    Store::open(config, &db).await?;
    Ok(())
}
