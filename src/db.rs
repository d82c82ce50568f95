//! The database: queries beside each other, one door for changes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use migration::Migrator;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::timeout;
use url::Url;

use crate::config;
use crate::error::{Error, Result};
use crate::{request_log, trace};

mod account_row;
mod accounts;
pub(crate) mod after_restore;
mod as_is;
pub(crate) mod batch;
pub(crate) mod beside;
pub(crate) mod copy;
mod failure;
mod find_unique;
pub(crate) mod generation;
mod inspection;
pub(crate) mod later;
mod lists;
pub(crate) mod lock_file;
mod migrate;
pub mod notifier;
mod postgres;
mod probe;
mod replicas;
pub(crate) mod seen_rows;
mod sqlite;
mod store;
mod tx;
mod unique;
mod usage;

pub(crate) use accounts::{Account, Accounts};
pub(crate) use as_is::AsIs;
pub(crate) use failure::is_too_slow;
pub(crate) use find_unique::FindUnique;
pub(crate) use inspection::inspect;
pub use lists::Lists;
pub(crate) use migrate::apply;
use notifier::LogNotifier;
pub(crate) use postgres::lock_user_of;
use replicas::Replicas;
pub use sqlite::DiskFailure;
pub(crate) use sqlite::Sqlite;
pub use sqlite::file;
pub use store::Store;
pub use tx::Tx;
pub use unique::OnUnique;
pub(crate) use unique::broken_rule;
pub use usage::Pool;

/// How long a change may take from its first statement to its commit: others wait for their turn meanwhile.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(5);

/// The database of all rows.
#[derive(Clone, Debug)]
pub struct Db {
    store: Store,
    replicas: Replicas,
    disk_failure: DiskFailure,
    /// Notified when a committed transaction has put messages into the outbox.
    queued: Arc<Notify>,
    /// Notified of the users about whom a committed transaction has logged something.
    log_notifier: LogNotifier,
    /// None where other servers may write.
    accounts: Option<Accounts>,
}

impl Db {
    /// Opens the database that `url` names (`sqlite:///path`, `postgres://…`) and brings its schema up to date.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let disk_failure = DiskFailure::default();
        let store = Store::open(&Url::parse(url)?, &disk_failure).await?;
        apply::<Migrator>(&store.for_maintenance().await?)
            .await
            .context("the database can't be migrated")?;
        let (queued, log_notifier) = (Arc::default(), LogNotifier::default());
        let replicas = Replicas::default();
        Ok(Self { store, replicas, disk_failure, queued, log_notifier, accounts: None })
    }

    /// Reads lists from the replicas that the configuration names, while they keep up.
    pub(crate) async fn with_replicas(
        mut self,
        config: &config::database::Database,
    ) -> anyhow::Result<Self> {
        if let Store::Postgres(primary) = &self.store
            && !config.replicas.is_empty()
        {
            self.replicas = Box::pin(Replicas::open(config, primary)).await?;
        }
        Ok(self)
    }

    /// Keeps so many bytes of accounts in memory, where no other server can change them.
    pub(crate) async fn keep_accounts(mut self, max_bytes: usize) -> Result<Self> {
        if let Store::Sqlite(sqlite) = &self.store {
            let accounts = Accounts::new(max_bytes);
            sqlite.watch(accounts.clone()).await?;
            self.accounts = Some(accounts);
        }
        Ok(self)
    }

    /// The accounts that are kept. None where other servers may write, or if it isn't certain whether another program has
    /// written in the last tenth of a second.
    pub(crate) fn accounts(&self) -> Option<&Accounts> {
        let accounts = self.accounts.as_ref()?;
        (accounts.are_certain() || self.store.look()).then_some(accounts)
    }

    /// Fails when the database may lose what it has acknowledged.
    pub async fn check_durability(&self) -> anyhow::Result<()> {
        self.store.check_durability().await
    }

    /// The database, to read from.
    pub fn read(&self) -> &Store {
        &self.store
    }

    /// The database, for single statements that write. Changes go through [`Db::write`].
    pub fn writer(&self) -> &Store {
        &self.store
    }

    /// Its pools of connections.
    pub fn pools(&self) -> Vec<Pool> {
        self.store.pools().into_iter().chain(self.replicas.pool()).collect()
    }

    /// Carries out `change` in one transaction: all of it happens, with its rows in the security log, or nothing.
    ///
    /// Nothing slow belongs in here; passwords are hashed before.
    pub async fn write<T>(&self, change: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let tx = Tx::begin(&self.store).await?;
        // On the heap, so that the many calls which wait before this are small.
        let changed = timeout(CHANGE_TIMEOUT, Box::pin(change(&tx))).await;
        match changed.unwrap_or(Err(Error::GeneralServerBusy)) {
            Ok(done) => {
                // In a task of its own: a client that hangs up doesn't cut off a commit, nor what follows it.
                tokio::spawn(trace::carry(request_log::carry(self.clone().commit(tx))))
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
        let effects = tx.finish().await?;
        if effects.has_messages {
            self.queued.notify_waiters();
        }
        for user in effects.logged {
            self.log_notifier.notify(&user);
        }
        effects.then.into_iter().for_each(|then| (then.0)());
        Ok(())
    }

    /// Notifies subscribers of what is logged about a user.
    pub fn log_notifier(&self) -> &LogNotifier {
        &self.log_notifier
    }

    /// Whether other servers may write into the same database.
    pub fn is_shared(&self) -> bool {
        matches!(self.store, Store::Postgres(_))
    }

    /// Waits until a message is put into the outbox by this process, after this call.
    pub fn message_queued(&self) -> Notified<'_> {
        self.queued.notified()
    }

    /// Closes all connections, as soon as they are back: an embedded database is then a single file.
    pub async fn close(&self) {
        self.replicas.close().await;
        self.store.close().await;
    }

    /// Moves what was committed from SQLite's log into its file. An error of the disk is recorded, and ends the server.
    pub async fn checkpoint(&self) -> Result<()> {
        Ok(self.store.checkpoint().await?)
    }

    /// Whether SQLite could not read, write or flush one of its files: the process must end.
    pub fn disk_failure(&self) -> &DiskFailure {
        &self.disk_failure
    }

    /// Whether the last write found the disk full.
    pub fn is_full(&self) -> bool {
        self.store.is_full()
    }
}
