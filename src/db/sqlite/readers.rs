//! The connections that read an SQLite file. A query is a transaction of its own, and sees all that was committed before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{DbErr, ProxyRow, Statement};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Duration, timeout};

use super::connection::{Connection, Source};
use super::{ACQUIRE_TIMEOUT, MOMENT, TIME_LIMIT, error};
use crate::db::failure::DbFailure;
use crate::db::usage::{Pool, Usage};

/// How many quick queries run at once, on the threads of the runtime, of which there is one for each core.
const MAX_QUICK: usize = 12;
/// How many slow queries run at once. Quick ones don't wait for them.
const MAX_SLOW: usize = 4;

/// Connections that read; each is opened when all others are in use.
#[derive(Debug)]
pub(super) struct Readers {
    source: Source,
    idle: Mutex<Vec<Connection>>,
    quick: Semaphore,
    slow: Arc<Semaphore>,
    usage: Usage,
}

impl Readers {
    pub(super) fn new(source: Source) -> Self {
        let quick = Semaphore::new(MAX_QUICK);
        let slow = Arc::new(Semaphore::new(MAX_SLOW));
        Self { source, idle: Mutex::default(), quick, slow, usage: Usage::default() }
    }

    /// Runs a query, and reads at most so many rows.
    pub(super) async fn query(
        self: &Arc<Self>,
        statement: Statement,
        max_rows: usize,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        self.read(move |reader| reader.query(&statement, max_rows)).await
    }

    /// Runs `work`, which reads. If that isn't quick, it begins once more, on another thread.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&mut Connection) -> Result<T, DbErr> + Send + Sync + 'static,
    ) -> Result<T, DbErr> {
        if let Some(found) = self.read_at_once(&work).await? {
            return Ok(found);
        }
        let permit = if let Ok(free) = Arc::clone(&self.slow).try_acquire_owned() {
            free
        } else {
            let _wait = self.usage.wait();
            let permit = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.slow).acquire_owned());
            permit.await.map_err(|_| error::timed_out())?.map_err(|_| error::closed())?
        };
        let readers = Arc::clone(self);
        let slow = spawn_blocking(move || {
            let _permit = permit;
            let idle = readers.idle().pop();
            let reader = idle.map_or_else(|| Connection::open_reader(&readers.source), Ok)?;
            readers.run(reader, &work, TIME_LIMIT)
        });
        slow.await.unwrap_or_else(|_| Err(error::closed()))
    }

    /// Runs `work` on this thread, if a connection is open and the work is quick.
    async fn read_at_once<T>(
        &self,
        work: &impl Fn(&mut Connection) -> Result<T, DbErr>,
    ) -> Result<Option<T>, DbErr> {
        let _permit = if let Ok(free) = self.quick.try_acquire() {
            free
        } else {
            let _wait = self.usage.wait();
            let permit = timeout(ACQUIRE_TIMEOUT, self.quick.acquire());
            permit.await.map_err(|_| error::timed_out())?.map_err(|_| error::closed())?
        };
        let Some(reader) = self.idle().pop() else { return Ok(None) };
        match self.run(reader, work, MOMENT) {
            Ok(found) => Ok(Some(found)),
            Err(error) if DbFailure::of(&error) == DbFailure::Contended => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn run<T>(
        &self,
        mut reader: Connection,
        work: &impl Fn(&mut Connection) -> Result<T, DbErr>,
        limit: Duration,
    ) -> Result<T, DbErr> {
        self.source.disk.check()?;
        self.usage.statements.count();
        reader.set_time_limit(Some(limit));
        let found = work(&mut reader);
        if reader.failure().is_none() {
            self.idle().push(reader);
        }
        found
    }

    /// The connections.
    pub(super) fn pool(&self) -> Pool {
        let free = self.quick.available_permits().saturating_add(self.slow.available_permits());
        let max = MAX_QUICK.saturating_add(MAX_SLOW);
        self.usage.pool("readers", (max.saturating_sub(free), self.idle().len(), max))
    }

    /// Closes the connections, once each is given back.
    pub(super) async fn close(&self) {
        for (permits, all) in [(&self.quick, MAX_QUICK), (&*self.slow, MAX_SLOW)] {
            let all = u32::try_from(all).unwrap_or(u32::MAX);
            if let Ok(held) = permits.acquire_many(all).await {
                permits.close();
                drop(held);
            }
        }
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
