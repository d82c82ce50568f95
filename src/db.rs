//! The database: one pool for reading, one door for writing.

use std::sync::Arc;

use anyhow::Context;
use entity::ProjectId;
use entity::Timestamp;
use entity::UserId;
use entity::message;
use entity::security_log;
use entity::security_log::Event;
use entity::session;
use entity::user;
use migration::Migrator;
use sea_orm::ActiveModelTrait;
use sea_orm::ColumnTrait;
use sea_orm::ConnectionTrait;
use sea_orm::DbBackend;
use sea_orm::EntityTrait;
use sea_orm::IntoActiveModel;
use sea_orm::QueryFilter;
use sea_orm::QuerySelect;
use sea_orm::Set;
use sea_orm::Statement;
use sea_orm::sea_query::Expr;
use sea_orm::sea_query::LockType;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::auth::caller::SignedIn;
use crate::changes::Changes;
use crate::client::Client;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::error::Error;
use crate::error::Result;
use crate::limiter::Store;

mod availability;
pub(crate) mod batch;
mod connection;
pub(crate) mod copy;
mod disk;
mod failure;
pub(crate) mod generation;
pub(crate) mod later;
mod lease;
mod migrate;
mod only;
mod pool;
mod probe;
pub(crate) mod revocation;
mod tx;

use connection::connect;
pub(crate) use connection::inspect;
pub(crate) use connection::open_scratch;
pub use disk::DiskFailure;
pub(crate) use failure::DbFailure;
pub(crate) use migrate::apply;
pub(crate) use only::Only;
pub use pool::Pool;
pub use tx::Tx;

/// How many connections read an SQLite database at once.
const SQLITE_READERS: u32 = 4;

/// The database of all rows. SQLite has one writing connection and several that read;
/// on PostgreSQL both are the same pool.
#[derive(Clone, Debug)]
pub struct Db {
    read: Pool,
    write: Pool,
    disk_failure: DiskFailure,
    /// Told when a committed transaction has put messages into the outbox.
    queued: Arc<Notify>,
    /// Told of whom a committed transaction has logged something.
    changes: Changes,
}

impl Db {
    /// Opens the database that `url` names (`sqlite:///path`, `postgres://…`) and brings its schema up to date.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let disk_failure = DiskFailure::default();
        let write = connect(url, 1, &disk_failure).await?;
        apply::<Migrator>(&write.for_maintenance())
            .await
            .context("the database can't be migrated")?;
        let read = match write.get_database_backend() {
            DbBackend::Sqlite => connect(url, SQLITE_READERS, &disk_failure).await?,
            _ => write.clone(),
        };
        let (queued, changes) = (Arc::default(), Changes::default());
        Ok(Self { read, write, disk_failure, queued, changes })
    }

    /// Fails when the database may lose what it has acknowledged.
    pub async fn check_durability(&self) -> anyhow::Result<()> {
        connection::check_durability(&self.write).await
    }

    /// The connections that read.
    pub fn read(&self) -> &Pool {
        &self.read
    }

    /// The connections that write: one on SQLite, the common pool on PostgreSQL. Changes go through [`Db::write`].
    pub fn writer(&self) -> &Pool {
        &self.write
    }

    /// Carries out `change` in one transaction: all of it happens, with its rows in the security log, or nothing.
    ///
    /// Nothing slow belongs in here; passwords are hashed before.
    pub async fn write<T>(&self, change: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let tx = Tx::begin(&self.write).await?;
        // On the heap, so that the many calls which wait before this are small.
        match Box::pin(change(&tx)).await {
            Ok(done) => {
                // In a task of its own: a client that hangs up doesn't cut off a commit, nor what follows it.
                tokio::spawn(self.clone().commit(tx)).await.context("a commit was cut off")??;
                Ok(done)
            }
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    /// Commits, then notifies the worker of messages and those who follow the users of what was logged.
    async fn commit(self, tx: Tx) -> Result<()> {
        let effects = tx.commit().await?;
        if effects.has_messages {
            self.queued.notify_waiters();
        }
        for user in effects.logged {
            self.changes.tell(&user);
        }
        Ok(())
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

    /// Closes all connections, as soon as they are back: an embedded database is then a single file.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }

    /// Moves what was committed from SQLite's log into its file. An error of the disk is recorded, and ends the server.
    pub async fn checkpoint(&self) -> Result<()> {
        Ok(self.write.checkpoint().await?)
    }

    /// Whether SQLite could not read, write or flush one of its files: the process must end.
    pub fn disk_failure(&self) -> &DiskFailure {
        &self.disk_failure
    }

    /// Whether the last write found the disk full.
    pub fn is_full(&self) -> bool {
        self.write.is_full()
    }
}

impl Tx {
    /// Reads a user and keeps other writers of the same user out until the end of the transaction.
    pub async fn lock_user(&self, key: (ProjectId, UserId)) -> Result<Option<user::Model>> {
        Ok(user::Entity::find_by_id(key).lock_exclusive().only(self).await?)
    }

    /// Reads the caller's user again, locked, after making sure that the session still stands.
    ///
    /// A change that began before its session was revoked, or its user blocked, ends here.
    pub async fn confirm(&self, caller: &SignedIn, now: Timestamp) -> Result<user::Model> {
        let Some(user) = self.lock_user(caller.user_key()).await? else {
            return Err(caller.refusal());
        };
        let session = session::Entity::find_by_id(caller.session.id.clone()).only(self).await?;
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
        event: Event,
        user: &user::Model,
        client: &Client,
        now: Timestamp,
    ) -> Result<()> {
        self.log_about(event, Some(user), client, now).await
    }

    /// Writes one row of the security log about `user`, or about nobody where there is no such account.
    pub async fn log_about(
        &self,
        event: Event,
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
            user::Entity::find_by_id(key).lock(LockType::NoKeyUpdate).only(self).await?;
        }
        let newest = security_log::Entity::newest_number(project, user_id, self).await?;
        let row = security_log::ActiveModel {
            project_id: Set(project.clone()),
            user_id: Set(user_id.cloned()),
            number: Set(newest.saturating_add(1)),
            event: Set(event.as_str().to_owned()),
            user_email: Set(user.and_then(|user| user.email.clone()).unwrap_or_default()),
            user_name: Set(user.map(|user| user.name.clone()).unwrap_or_default()),
            ip: Set(client.ip.to_string()),
            user_agent: Set(client.user_agent.clone()),
            country_code: Set(client.country_code.clone()),
            created_at: Set(now),
            ..Default::default()
        };
        row.insert(self).await?;
        if let Some(user) = user_id {
            self.on_commit(|effects| effects.logged.push((project.clone(), user.clone())));
        }
        Ok(())
    }

    /// Takes the name off what the log holds of a deleted user with the id of this new one, who must not read it.
    pub async fn disown_log(&self, user: &user::Model) -> Result<()> {
        security_log::Entity::update_many()
            .col_expr(security_log::Column::UserId, Expr::value(None::<String>))
            .filter(security_log::Column::ProjectId.eq(user.project_id.clone()))
            .filter(security_log::Column::UserId.eq(user.id.clone()))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Keeps other transactions of the same `turn` out until the end of this one. SQLite has one writer at a time anyway.
    pub async fn take_turns(&self, turn: &str) -> Result<()> {
        if self.get_database_backend() == DbBackend::Postgres {
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [turn.into()]);
            self.query_one_raw(lock).await?;
        }
        Ok(())
    }

    /// Puts a message into the outbox. It leaves after the commit, or never.
    pub async fn send(&self, message: message::Model) -> Result<()> {
        message.into_active_model().insert(self).await?;
        self.on_commit(|effects| effects.has_messages = true);
        Ok(())
    }
}

/// Brings the schema of the configured database up to date, without serving it.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let _lock = DataLock::take(config.database.file())?;
    let db = Db::open(config.database.url.expose().as_str()).await?;
    Store::open(config, &db, &Clock::system()).await?;
    Ok(())
}
