//! The database: connections that read where the request runs, and a thread that writes.

use std::path::{Path, PathBuf};
use std::sync::{mpsc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{anyhow, Context};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A database with the settings of accountd's: WAL, synchronous FULL, foreign keys.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// Those that nobody reads with at the moment.
    readers: Mutex<Vec<Connection>>,
    writer: mpsc::Sender<Job>,
}

impl Store {
    /// Makes a new database.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let mut connection = connect(path)?;
        connection.execute_batch(include_str!("tables.sql"))?;
        let (writer, jobs) = mpsc::channel::<Job>();
        thread::Builder::new().name("writer".to_owned()).spawn(move || {
            for job in jobs {
                job(&mut connection);
            }
        })?;
        Ok(Self { path: path.to_owned(), readers: Mutex::default(), writer })
    }

    /// Reads on this thread: a query by key takes less time than handing it to another.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let idle = self.readers().pop();
        let reader = idle.map_or_else(|| connect(&self.path), Ok)?;
        let read = query(&reader);
        self.readers().push(reader);
        read
    }

    /// Carries out `change` in one transaction, after those that came before.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // A request that went away needs no answer.
            let _ = answer.send(commit(connection, change));
        });
        self.writer.send(job).map_err(|_| anyhow!("the writer has stopped"))?;
        answered.await.context("the writer has stopped")?
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn commit<T>(
    connection: &mut Connection,
    change: impl FnOnce(&Transaction) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changed = change(&tx)?;
    tx.commit()?;
    Ok(changed)
}

fn connect(path: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(path).context("the database can't be opened")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}
