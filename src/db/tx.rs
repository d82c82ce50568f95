//! A transaction: all of it is kept, or nothing.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex as SyncMutex, MutexGuard, PoisonError};

use anyhow::Context;
use entity::UserKey;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::spawn;
use tokio::sync::Mutex;

use super::postgres::Lease;
use super::sqlite::Change;
use super::store::Store;
use crate::error::Result;
use crate::trace;

/// An open transaction. If it is dropped, nothing of it is kept.
#[derive(Debug)]
pub struct Tx {
    open: Mutex<Open>,
    backend: DbBackend,
    /// Whether a statement has failed. PostgreSQL then answers COMMIT like a success, and rolls back.
    has_failed: AtomicBool,
    effects: SyncMutex<Effects>,
}

/// A transaction, as each database has it.
#[derive(Debug)]
enum Open {
    Sqlite(Change),
    Postgres(Lease),
}

/// The notifications that are due once the transaction is committed.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Whether messages were put into the outbox.
    pub(super) has_messages: bool,
    /// The users about whom something was logged.
    pub(super) logged: Vec<UserKey>,
    /// The other actions that are due then.
    pub(super) then: Vec<Then>,
}

/// An action that is due once a transaction is committed.
pub(super) struct Then(pub(super) Box<dyn FnOnce() + Send>);

impl fmt::Debug for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Then").finish_non_exhaustive()
    }
}

impl Tx {
    /// Begins a transaction; on SQLite one that keeps other writers out.
    pub(crate) async fn begin(store: &Store) -> Result<Self, DbErr> {
        let open = match store {
            Store::Sqlite(sqlite) => Open::Sqlite(sqlite.begin().await?),
            Store::Postgres(postgres) => Open::Postgres(postgres.begin().await?),
        };
        Ok(Self {
            open: Mutex::new(open),
            backend: store.get_database_backend(),
            has_failed: AtomicBool::new(false),
            effects: SyncMutex::default(),
        })
    }

    /// Commits, even if nobody waits for it any more. Fails if a statement has failed, even if the change took no notice.
    pub(crate) async fn commit(self) -> Result<()> {
        spawn(trace::carry(self.finish())).await.context("a commit was cut off")??;
        Ok(())
    }

    /// Commits; in a task that nobody drops.
    pub(super) async fn finish(self) -> Result<Effects, DbErr> {
        if self.has_failed.load(Ordering::Relaxed) {
            self.roll_back().await;
            return Err(DbErr::Custom("a statement of the transaction has failed".to_owned()));
        }
        match self.open.into_inner() {
            Open::Sqlite(change) => change.commit().await?,
            Open::Postgres(lease) => lease.commit().await?,
        }
        Ok(self.effects.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives up what was done. Where that fails, the connection is closed, which does the same.
    pub(crate) async fn roll_back(self) {
        match self.open.into_inner() {
            Open::Sqlite(change) => drop(change),
            Open::Postgres(lease) => {
                let _ = lease.roll_back().await;
            }
        }
    }

    /// Wakes the worker of the outbox after the commit.
    pub(crate) fn wake_outbox(&self) {
        self.effects().has_messages = true;
    }

    /// Notifies the subscribers of a user's log after the commit.
    pub(crate) fn notify_log(&self, user: UserKey) {
        self.effects().logged.push(user);
    }

    /// Does something short after the commit.
    pub(crate) fn once_committed(&self, then: impl FnOnce() + Send + 'static) {
        self.effects().then.push(Then(Box::new(then)));
    }

    /// Locks `name` until the end of the transaction: others wait for it. SQLite has one writer at a time anyway.
    pub async fn advisory_lock(&self, name: &str) -> Result<()> {
        if self.get_database_backend() == DbBackend::Postgres {
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [name.into()]);
            self.query_one_raw(lock).await?;
        }
        Ok(())
    }

    fn effects(&self) -> MutexGuard<'_, Effects> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watched<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        result.inspect_err(|_| self.has_failed.store(true, Ordering::Relaxed))
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let executed = match &mut *self.open.lock().await {
            Open::Sqlite(change) => change.execute(&statement).map(ExecResult::from),
            Open::Postgres(lease) => lease.execute(statement).await,
        };
        self.watched(executed)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let executed = match &mut *self.open.lock().await {
            Open::Sqlite(change) => change.execute_text(sql).map(ExecResult::from),
            Open::Postgres(lease) => lease.execute_text(sql).await,
        };
        self.watched(executed)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let found = match &mut *self.open.lock().await {
            Open::Sqlite(change) => {
                change.query(&statement, 1).map(|mut rows| rows.pop().map(QueryResult::from))
            }
            Open::Postgres(lease) => lease.query_one(statement).await,
        };
        self.watched(found)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let found = match &mut *self.open.lock().await {
            Open::Sqlite(change) => change
                .query(&statement, usize::MAX)
                .map(|rows| rows.into_iter().map(QueryResult::from).collect()),
            Open::Postgres(lease) => lease.query_all(statement).await,
        };
        self.watched(found)
    }
}
