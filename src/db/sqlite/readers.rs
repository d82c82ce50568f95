//! The connections that read an SQLite file. A query is a transaction of its own, and sees all that was committed before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{DbErr, ProxyRow, Statement};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Duration, timeout};

use super::connection::{Connection, Source};
use super::{ACQUIRE_TIMEOUT, MOMENT, TIME_LIMIT, error};
use crate::db::failure::DbFailure;

/// How many read at once. Most queries run on the threads of the runtime, of which there is one for each core.
const MAX_READERS: usize = 16;

/// Connections that read; each is opened when all others are in use.
#[derive(Debug)]
pub(super) struct Readers {
    source: Source,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(source: Source) -> Self {
        let permits = Arc::new(Semaphore::new(MAX_READERS));
        Self { source, idle: Mutex::default(), permits }
    }

    /// Runs a query, and reads at most so many rows.
    pub(super) async fn query(
        self: &Arc<Self>,
        statement: Statement,
        max_rows: usize,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        let permit = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.map_err(|_| error::timed_out())?.map_err(|_| error::closed())?;
        match self.run(&statement, max_rows, MOMENT) {
            // It takes too long for this thread.
            Err(error) if DbFailure::of(&error) == DbFailure::Contended => {
                let readers = Arc::clone(self);
                let patient = spawn_blocking(move || {
                    let _permit = permit;
                    readers.run(&statement, max_rows, TIME_LIMIT)
                });
                patient.await.unwrap_or_else(|_| Err(error::closed()))
            }
            result => result,
        }
    }

    fn run(
        &self,
        statement: &Statement,
        max_rows: usize,
        limit: Duration,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        self.source.disk.check()?;
        let idle = self.idle().pop();
        let mut reader = idle.map_or_else(|| Connection::open_reader(&self.source), Ok)?;
        reader.set_time_limit(Some(limit));
        let rows = reader.query(statement, max_rows);
        if reader.failure().is_none() {
            self.idle().push(reader);
        }
        rows
    }

    /// Closes the connections, once each is given back.
    pub(super) async fn close(&self) {
        let all = u32::try_from(MAX_READERS).unwrap_or(u32::MAX);
        if let Ok(permits) = self.permits.acquire_many(all).await {
            self.permits.close();
            drop(permits);
        }
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
