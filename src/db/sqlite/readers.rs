//! The connections that read an SQLite file. A query is a transaction of its own, and sees all that was committed before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{DbErr, ProxyRow, Statement};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Duration, timeout};

use super::connection::{Connection, Source};
use super::{ACQUIRE_TIMEOUT, MOMENT, TIME_LIMIT, error};
use crate::db::failure::DbFailure;

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
}

impl Readers {
    pub(super) fn new(source: Source) -> Self {
        let quick = Semaphore::new(MAX_QUICK);
        let slow = Arc::new(Semaphore::new(MAX_SLOW));
        Self { source, idle: Mutex::default(), quick, slow }
    }

    /// Runs a query, and reads at most so many rows.
    pub(super) async fn query(
        self: &Arc<Self>,
        statement: Statement,
        max_rows: usize,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        if let Some(rows) = self.query_at_once(&statement, max_rows).await? {
            return Ok(rows);
        }
        let permit = Arc::clone(&self.slow).acquire_owned();
        let permit = timeout(ACQUIRE_TIMEOUT, permit).await.map_err(|_| error::timed_out())?;
        let permit = permit.map_err(|_| error::closed())?;
        let readers = Arc::clone(self);
        let slow = spawn_blocking(move || {
            let _permit = permit;
            let idle = readers.idle().pop();
            let reader = idle.map_or_else(|| Connection::open_reader(&readers.source), Ok)?;
            readers.run(reader, &statement, max_rows, TIME_LIMIT)
        });
        slow.await.unwrap_or_else(|_| Err(error::closed()))
    }

    /// Runs a query on this thread, if a connection is open and the query is quick.
    async fn query_at_once(
        &self,
        statement: &Statement,
        max_rows: usize,
    ) -> Result<Option<Vec<ProxyRow>>, DbErr> {
        let permit = timeout(ACQUIRE_TIMEOUT, self.quick.acquire());
        let _permit = permit.await.map_err(|_| error::timed_out())?.map_err(|_| error::closed())?;
        let Some(reader) = self.idle().pop() else { return Ok(None) };
        match self.run(reader, statement, max_rows, MOMENT) {
            Ok(rows) => Ok(Some(rows)),
            Err(error) if DbFailure::of(&error) == DbFailure::Contended => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn run(
        &self,
        mut reader: Connection,
        statement: &Statement,
        max_rows: usize,
        limit: Duration,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        self.source.disk.check()?;
        reader.set_time_limit(Some(limit));
        let rows = reader.query(statement, max_rows);
        if reader.failure().is_none() {
            self.idle().push(reader);
        }
        rows
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
