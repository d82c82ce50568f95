//! The one connection that writes an SQLite file: changes take turns, and those that wait are committed together.
//!
//! A change runs in a savepoint. When it is done, it leaves its turn to the next one, and queues once more, behind all that wait
//! by then. Whoever comes to the front and finds the group open commits it; all others of the group find it done. So a flush of
//! the disk serves everybody who came while the last one lasted, and a change that is alone waits for nobody.

use std::sync::{Arc, OnceLock};
use std::thread::sleep;

use sea_orm::{DbErr, ProxyExecResult, ProxyRow, Statement};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::spawn_blocking;
use tokio::time::{Duration, timeout};

use super::connection::{Connection, Source};
use super::{ACQUIRE_TIMEOUT, MOMENT, TIME_LIMIT, error};
use crate::db::failure::DbFailure;

/// How long a commit whose flush has failed is not answered: the process ends before.
const LAST_MOMENTS: Duration = Duration::from_secs(1);

/// The place of the connection, in fair turns.
#[derive(Debug)]
pub(super) struct Writer(Arc<Mutex<Turn>>);

/// What whoever has the turn has.
#[derive(Debug)]
struct Turn {
    source: Source,
    /// None after a failure: the next one opens another.
    connection: Option<Connection>,
    /// The changes that are committed next.
    group: Option<Group>,
    /// Whether a change has begun that is neither undone nor part of the group.
    is_changing: bool,
    is_closed: bool,
}

/// Changes that are committed together.
#[derive(Debug, Default)]
struct Group {
    members: usize,
    outcome: Outcome,
}

/// What has become of a group.
type Outcome = Arc<OnceLock<Result<(), DbErr>>>;

/// A change under way. If it is dropped, nothing of it is kept.
#[derive(Debug)]
pub(in crate::db) struct Change(OwnedMutexGuard<Turn>);

impl Writer {
    /// Opens the connection.
    pub(super) fn open(source: Source) -> Result<Self, DbErr> {
        let connection = Some(Connection::open(&source)?);
        let turn = Turn { source, connection, group: None, is_changing: false, is_closed: false };
        Ok(Self(Arc::new(Mutex::new(turn))))
    }

    /// Waits for a turn, and begins a change.
    pub(super) async fn begin(&self) -> Result<Change, DbErr> {
        let mut turn = self.turn().await?;
        if turn.connection.is_some() {
            match turn.begin(MOMENT) {
                Ok(()) => return Ok(Change(turn)),
                // Another program writes, such as `sqlite3`. It is waited for on a thread that may wait.
                Err(error) if DbFailure::of(&error) == DbFailure::Contended => {}
                Err(error) => return Err(error),
            }
        }
        let begun = spawn_blocking(move || {
            turn.begin(ACQUIRE_TIMEOUT)?;
            Ok(Change(turn))
        });
        begun.await.unwrap_or_else(|_| Err(error::closed()))
    }

    /// Does `work` outside of any transaction, on a thread that may wait, however long it takes.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, DbErr> + Send + 'static,
    ) -> Result<T, DbErr> {
        let mut turn = self.turn().await?;
        let done = spawn_blocking(move || turn.run_alone(work));
        done.await.unwrap_or_else(|_| Err(error::closed()))
    }

    /// Closes the connection, once nobody has it.
    pub(super) async fn close(&self) {
        let mut turn = Arc::clone(&self.0).lock_owned().await;
        let closed = spawn_blocking(move || {
            // Changes that nobody waits for any more were not acknowledged.
            let _ = turn.commit();
            turn.is_closed = true;
            turn.connection = None;
        });
        let _ = closed.await;
    }

    async fn turn(&self) -> Result<OwnedMutexGuard<Turn>, DbErr> {
        let turn = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.0).lock_owned());
        let turn = turn.await.map_err(|_| error::timed_out())?;
        // The disk may have failed while this waited.
        turn.source.disk.check()?;
        if turn.is_closed { Err(error::closed()) } else { Ok(turn) }
    }
}

impl Turn {
    /// Begins a change, and a group if none is open. Another program gets so much time to let go of the file.
    fn begin(&mut self, patience: Duration) -> Result<(), DbErr> {
        let connection = connection(&mut self.connection, &self.source)?;
        if self.group.is_none() {
            connection.set_time_limit(Some(patience));
            let begun = connection.step("BEGIN IMMEDIATE");
            if connection.failure().is_some() {
                self.connection = None;
                return begun;
            }
            begun?;
            self.group = Some(Group::default());
        }
        self.is_changing = true;
        connection.set_time_limit(Some(TIME_LIMIT));
        connection.step("SAVEPOINT change").inspect_err(|_| self.undo())
    }

    /// Makes the change part of the group, of which the outcome is answered.
    fn join_group(&mut self) -> Result<Outcome, DbErr> {
        let (Some(connection), Some(group)) = (&mut self.connection, &mut self.group) else {
            return Err(error::closed());
        };
        connection.step("RELEASE change")?;
        self.is_changing = false;
        group.members = group.members.saturating_add(1);
        Ok(Arc::clone(&group.outcome))
    }

    /// Undoes the change. Where that fails, the whole group does.
    fn undo(&mut self) {
        self.is_changing = false;
        let (Some(connection), Some(group)) = (&mut self.connection, &self.group) else { return };
        connection.set_time_limit(None);
        let undone = if !connection.in_transaction() {
            Err(error::closed())
        } else if group.members == 0 {
            self.group = None;
            connection.step("ROLLBACK")
        } else {
            connection.step("ROLLBACK TO change").and_then(|()| connection.step("RELEASE change"))
        };
        if let Err(error) = undone {
            self.fail(error);
        }
    }

    /// Commits the group, if one is open. A commit that fails fails all its members.
    fn commit(&mut self) -> Result<(), DbErr> {
        let (Some(connection), Some(_)) = (&mut self.connection, &self.group) else {
            return Ok(());
        };
        connection.set_time_limit(None);
        if let Err(error) = connection.step("COMMIT") {
            if DbFailure::of(&error) == DbFailure::Io {
                // The frames of the commit may be on the disk, so no answer would be true. The process ends meanwhile.
                sleep(LAST_MOMENTS);
            }
            self.fail(error.clone());
            return Err(error);
        }
        self.source.disk.record_commit();
        self.settle(Ok(()));
        Ok(())
    }

    /// Ends the connection, and with it all that was not committed.
    fn fail(&mut self, error: DbErr) {
        self.connection = None;
        self.settle(Err(error));
    }

    fn settle(&mut self, outcome: Result<(), DbErr>) {
        if let Some(group) = self.group.take() {
            // A group is settled once: it is taken out here.
            let _ = group.outcome.set(outcome);
        }
    }

    fn run_alone<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        self.commit()?;
        let connection = connection(&mut self.connection, &self.source)?;
        connection.set_time_limit(None);
        let done = work(connection);
        if connection.failure().is_some() || connection.in_transaction() {
            self.connection = None;
        }
        done
    }
}

impl Change {
    /// Runs a query, and reads at most so many rows.
    pub(in crate::db) fn query(
        &mut self,
        statement: &Statement,
        max_rows: usize,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        self.connection()?.query(statement, max_rows)
    }

    /// Runs a statement that answers no rows.
    pub(in crate::db) fn execute(
        &mut self,
        statement: &Statement,
    ) -> Result<ProxyExecResult, DbErr> {
        self.connection()?.execute(statement)
    }

    /// Runs statements that stand in a text, without values.
    pub(in crate::db) fn execute_text(&mut self, sql: &str) -> Result<ProxyExecResult, DbErr> {
        self.connection()?.execute_text(sql)
    }

    /// Commits, together with all others that wait. Runs in a task that no hang-up ends: others of the group may commit what a
    /// client that hangs up has begun, and then its effects must be told.
    pub(in crate::db) async fn commit(mut self) -> Result<(), DbErr> {
        let outcome = self.0.join_group()?;
        let writer = Arc::clone(OwnedMutexGuard::mutex(&self.0));
        drop(self);
        let mut turn = writer.lock_owned().await;
        if let Some(outcome) = outcome.get() {
            return outcome.clone();
        }
        if !turn.source.durability.needs_flush() {
            return turn.commit();
        }
        let committed = spawn_blocking(move || turn.commit());
        committed.await.unwrap_or_else(|_| Err(error::closed()))
    }

    fn connection(&mut self) -> Result<&mut Connection, DbErr> {
        let connection = self.0.connection.as_mut();
        // SQLite ends a transaction by itself after some errors, and would keep at once what is run afterwards.
        connection.filter(|connection| connection.in_transaction()).ok_or_else(error::closed)
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if self.0.is_changing {
            self.0.undo();
        }
    }
}

/// The connection that is open, or else a new one.
fn connection<'a>(
    open: &'a mut Option<Connection>,
    source: &Source,
) -> Result<&'a mut Connection, DbErr> {
    if open.is_none() {
        *open = Some(Connection::open(source)?);
    }
    open.as_mut().ok_or_else(error::closed)
}
