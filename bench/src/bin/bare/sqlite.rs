//! A file: connections that read where the request runs, and a thread that writes.

use std::iter;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, anyhow};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::Commit;
use crate::answer::{Client, Session, User};
use crate::store::{Caller, Credential, NewSession};

mod rows;

/// A change, and whether it was done; it leaves the answer, which waits for the commit.
type Job = Box<dyn FnOnce(&Connection) -> (bool, Answer) + Send>;
/// Answers, once it is known how the commit went.
type Answer = Box<dyn FnOnce(Result<(), &str>) + Send>;

/// A database with the settings of accountd's: WAL, synchronous FULL, foreign keys.
#[derive(Debug)]
pub(crate) struct Sqlite {
    path: PathBuf,
    /// Those that nobody reads with at the moment.
    readers: Mutex<Vec<Connection>>,
    writer: Sender<Job>,
}

impl Sqlite {
    /// Opens a file that is there.
    pub(crate) fn open(path: &Path, commit: Commit) -> anyhow::Result<Self> {
        let connection = connect(path)?;
        let (writer, jobs) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || write_all(&connection, &jobs, commit))?;
        Ok(Self { path: path.to_owned(), readers: Mutex::default(), writer })
    }

    pub(crate) fn find_caller(&self, shown: &Credential) -> anyhow::Result<Option<Caller>> {
        self.read(|db| rows::find_caller(db, shown))
    }

    pub(crate) fn list_sessions(&self, caller: &Caller) -> anyhow::Result<Vec<Session>> {
        self.read(|db| rows::list_sessions(db, caller))
    }

    pub(crate) fn find_password_hash(&self, email: &str) -> anyhow::Result<Option<String>> {
        Ok(self.read(|db| rows::find_by_email(db, email))?.and_then(|(_, hash)| hash))
    }

    pub(crate) async fn update_prefs(
        &self,
        shown: Credential,
        client: Client,
        prefs: String,
    ) -> anyhow::Result<Option<User>> {
        self.write(move |tx| {
            let Some(caller) = rows::find_caller(tx, &shown)? else { return Ok(None) };
            rows::update_prefs(tx, caller.user, &client, prefs).map(Some)
        })
        .await
    }

    pub(crate) async fn open_session(
        &self,
        email: String,
        client: Client,
        new: NewSession,
    ) -> anyhow::Result<Option<Session>> {
        self.write(move |tx| {
            let found = rows::find_by_email(tx, &email)?;
            // The password may have changed since.
            let found = found.filter(|(_, hash)| hash.as_ref() == Some(&new.password_hash));
            let Some((user, _)) = found else { return Ok(None) };
            rows::open_session(tx, &user, &client, new).map(Some)
        })
        .await
    }

    /// Reads on this thread: a query by key takes less time than handing it to another.
    fn read<T>(&self, query: impl FnOnce(&Connection) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let idle = self.readers().pop();
        let reader = idle.map_or_else(|| connect(&self.path), Ok)?;
        let read = query(&reader);
        self.readers().push(reader);
        read
    }

    /// Carries out `change` in a transaction, after those that came before.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let changed = change(connection);
            let is_done = changed.is_ok();
            let answer: Answer = Box::new(move |committed: Result<(), &str>| {
                let committed = committed.map_err(|error| anyhow!("not committed: {error}"));
                // A request that went away needs no answer.
                let _ = answer.send(committed.and(changed));
            });
            (is_done, answer)
        });
        self.writer.send(job).map_err(|_| anyhow!("the writer has stopped"))?;
        answered.await.context("the writer has stopped")?
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries out all changes. Nobody is answered before the commit.
fn write_all(connection: &Connection, jobs: &Receiver<Job>, commit: Commit) {
    for first in jobs {
        let mut answers = Vec::new();
        let committed = match commit {
            Commit::Single => write_single(connection, first, &mut answers),
            Commit::Group => {
                write_group(connection, iter::once(first).chain(jobs.try_iter()), &mut answers)
            }
        };
        let committed = committed.map_err(|error| error.to_string());
        for answer in answers {
            answer(committed.as_ref().copied().map_err(String::as_str));
        }
    }
}

/// Commits a change by itself.
fn write_single(db: &Connection, job: Job, answers: &mut Vec<Answer>) -> rusqlite::Result<()> {
    execute(db, "BEGIN IMMEDIATE")?;
    let (is_done, answer) = job(db);
    answers.push(answer);
    execute(db, if is_done { "COMMIT" } else { "ROLLBACK" })
}

/// Commits changes together; of one that fails nothing is kept.
fn write_group(
    db: &Connection,
    jobs: impl Iterator<Item = Job>,
    answers: &mut Vec<Answer>,
) -> rusqlite::Result<()> {
    execute(db, "BEGIN IMMEDIATE")?;
    for job in jobs {
        execute(db, "SAVEPOINT change")?;
        let (is_done, answer) = job(db);
        answers.push(answer);
        if !is_done {
            execute(db, "ROLLBACK TO change")?;
        }
        execute(db, "RELEASE change")?;
    }
    execute(db, "COMMIT")
}

fn execute(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute([]).map(|_| ())
}

fn connect(path: &Path) -> anyhow::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags);
    let connection = connection.context("the database can't be opened")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}
