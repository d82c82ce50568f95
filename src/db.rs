//! The database: one pool for reading, one door for writing.

use std::sync::Arc;

use anyhow::Context;
use migration::Migrator;
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tracing::Instrument;

use crate::error::Result;

mod availability;
pub(crate) mod batch;
mod connection;
pub(crate) mod copy;
mod disk;
mod failure;
mod find_unique;
pub(crate) mod generation;
pub(crate) mod later;
mod lease;
pub(crate) mod lock_file;
mod migrate;
pub mod notifier;
mod pool;
mod probe;
pub(crate) mod revocation;
mod tx;
mod unique;

use connection::connect;
pub(crate) use connection::{inspect, open_scratch};
pub use disk::DiskFailure;
pub(crate) use find_unique::FindUnique;
pub(crate) use migrate::apply;
use notifier::LogNotifier;
pub use pool::Pool;
pub use tx::Tx;
pub use unique::OnUnique;

/// How many connections read an SQLite database at once.
const SQLITE_READERS: u32 = 4;

/// The database of all rows. SQLite has one writing connection and several that read;
/// on PostgreSQL both are the same pool.
#[derive(Clone, Debug)]
pub struct Db {
    read: Pool,
    write: Pool,
    disk_failure: DiskFailure,
    /// Notified when a committed transaction has put messages into the outbox.
    queued: Arc<Notify>,
    /// Notified of the users about whom a committed transaction has logged something.
    log_notifier: LogNotifier,
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
        let (queued, log_notifier) = (Arc::default(), LogNotifier::default());
        Ok(Self { read, write, disk_failure, queued, log_notifier })
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
                tokio::spawn(self.clone().commit(tx).in_current_span())
                    .await
                    .context("a commit was cut off")??;
                Ok(done)
            }
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    /// Commits, then wakes the worker of messages and the subscribers of the users' logs.
    async fn commit(self, tx: Tx) -> Result<()> {
        let effects = tx.commit().await?;
        if effects.has_messages {
            self.queued.notify_waiters();
        }
        for user in effects.logged {
            self.log_notifier.notify(&user);
        }
        Ok(())
    }

    /// Notifies subscribers of what is logged about a user.
    pub fn log_notifier(&self) -> &LogNotifier {
        &self.log_notifier
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
