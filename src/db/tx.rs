//! A transaction: all of it is kept, or nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex as SyncMutex, MutexGuard, PoisonError};

use entity::UserKey;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::Mutex;

use super::lease::Lease;
use super::pool::Pool;
use crate::error::Result;

/// An open transaction. If it is dropped, nothing of it is kept.
#[derive(Debug)]
pub struct Tx {
    lease: Mutex<Lease>,
    backend: DbBackend,
    /// Whether a statement has failed. PostgreSQL then answers COMMIT like a success, and rolls back.
    has_failed: AtomicBool,
    effects: SyncMutex<Effects>,
}

/// What others are notified of once the transaction is committed.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Whether messages were put into the outbox.
    pub(super) has_messages: bool,
    /// The users about whom something was logged.
    pub(super) logged: Vec<UserKey>,
}

impl Tx {
    /// Begins a transaction; on SQLite one that keeps other writers out.
    pub(crate) async fn begin(pool: &Pool) -> Result<Self, DbErr> {
        let mut lease = pool.lease().await?;
        lease.begin().await?;
        Ok(Self {
            lease: Mutex::new(lease),
            backend: pool.get_database_backend(),
            has_failed: AtomicBool::new(false),
            effects: SyncMutex::default(),
        })
    }

    /// Commits. Fails if a statement has failed, even if the change took no notice.
    pub(crate) async fn commit(self) -> Result<Effects, DbErr> {
        if self.has_failed.load(Ordering::Relaxed) {
            self.roll_back().await;
            return Err(DbErr::Custom("a statement of the transaction has failed".to_owned()));
        }
        self.lease.into_inner().commit().await?;
        Ok(self.effects.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives up what was done. Where that fails, the connection is closed, which does the same.
    pub(crate) async fn roll_back(self) {
        let _ = self.lease.into_inner().roll_back().await;
    }

    /// Wakes the worker of the outbox after the commit.
    pub(crate) fn wake_outbox(&self) {
        self.effects().has_messages = true;
    }

    /// Notifies the subscribers of a user's log after the commit.
    pub(crate) fn notify_log(&self, user: UserKey) {
        self.effects().logged.push(user);
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
        self.watched(self.lease.lock().await.execute(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.watched(self.lease.lock().await.execute_text(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.watched(self.lease.lock().await.query_one(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.watched(self.lease.lock().await.query_all(statement).await)
    }
}
