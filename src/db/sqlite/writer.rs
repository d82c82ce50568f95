//! The one connection that writes an SQLite file: changes take turns, and those that wait are committed together.
//!
//! When a change is done, it joins the group, leaves its turn to the next one, and queues once more, behind all that wait by
//! then. The first of them to get the next turn commits the group, and all others of the group get the result. So one flush of
//! the disk serves all changes that came during the last one, and a single change doesn't wait. All but the first change of a
//! group run in a savepoint, so that each can be rolled back alone.

use std::sync::Arc;

use sea_orm::DbErr;
use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Duration, Instant, sleep};

use super::connection::{Connection, Source};
use super::watch::Watch;
use super::{MOMENT, TIME_LIMIT, error};
use crate::db::accounts::Accounts;
use crate::db::failure::DbFailure;
use crate::db::usage::Usage;

mod change;
mod queue;

pub(in crate::db) use change::Change;
use queue::deadline;

/// How long a commit is not answered whose flush has failed: the process ends before.
const LAST_MOMENTS: Duration = Duration::from_secs(1);

/// The connection that writes, used by one change after the other, in the order in which they came.
#[derive(Debug)]
pub(super) struct Writer {
    turn: Arc<Mutex<WriterState>>,
    usage: Arc<Usage>,
}

/// The state that a change locks.
#[derive(Debug)]
struct WriterState {
    source: Source,
    /// None after a failure: the next one opens another.
    connection: Option<Connection>,
    /// Keeps no account while its rows are changed, where any are kept.
    watch: Option<Watch>,
    /// The changes that are committed next.
    group: Option<Group>,
    /// Whether a change has begun that is neither undone nor part of the group.
    is_changing: bool,
    /// Whether the next commit begins the log anew, which waits for the disk whatever the durability.
    begins_log: bool,
    is_closed: bool,
    usage: Arc<Usage>,
}

/// Changes that are committed together.
#[derive(Debug)]
struct Group {
    members: usize,
    outcome: watch::Sender<Option<Outcome>>,
}

/// The result of a group's commit.
type Outcome = Result<(), DbErr>;

impl Writer {
    /// Opens the connection.
    pub(super) fn open(source: Source) -> Result<Self, DbErr> {
        let connection = Some(Connection::create(&source)?);
        let usage = Arc::<Usage>::default();
        let turn = WriterState {
            source,
            connection,
            watch: None,
            group: None,
            is_changing: false,
            begins_log: true,
            is_closed: false,
            usage: Arc::clone(&usage),
        };
        Ok(Self { turn: Arc::new(Mutex::new(turn)), usage })
    }

    /// Waits for a turn, and begins a change.
    pub(super) async fn begin(&self) -> Result<Change, DbErr> {
        let deadline = deadline();
        let mut turn = self.turn(deadline).await?;
        if turn.connection.is_some() {
            match turn.begin(MOMENT) {
                Ok(()) => return Ok(Change(turn)),
                // Another program writes, such as `sqlite3`. It is waited for on a thread that may wait.
                Err(error) if DbFailure::of(&error) == DbFailure::Contended => {}
                Err(error) => return Err(error),
            }
        }
        let begun = spawn_blocking(move || {
            turn.begin(deadline.saturating_duration_since(Instant::now()))?;
            Ok(Change(turn))
        });
        begun.await.unwrap_or_else(|_| Err(error::closed()))
    }

    /// Does `work` outside of any change, on a thread that may wait, and within `limit`, if there is one. Changes that wait are
    /// committed before, so that they neither wait for it nor fail with it.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        limit: Option<Duration>,
        work: impl FnOnce(&mut Connection) -> Result<T, DbErr> + Send + 'static,
    ) -> Result<T, DbErr> {
        let mut turn = self.turn(deadline()).await?;
        let done = spawn_blocking(move || turn.run_alone(limit, work));
        let done = done.await.unwrap_or_else(|_| Err(error::closed()));
        if let Err(error) = &done {
            hold_back(error).await;
        }
        done
    }

    /// Forgets kept accounts from now on when their rows are changed.
    pub(super) async fn watch(&self, accounts: Accounts) -> Result<(), DbErr> {
        let mut turn = self.turn(deadline()).await?;
        turn.commit();
        turn.watch = Some(Watch::new(accounts));
        turn.connection = None;
        turn.open().map(drop)
    }

    /// Looks whether another program has written, unless a change has the turn. The first change of a group looks, too.
    pub(super) fn look(&self) -> bool {
        self.turn.try_lock().is_ok_and(|mut turn| turn.look())
    }

    /// Closes the connection, once nobody has it.
    pub(super) async fn close(&self) {
        let mut turn = Arc::clone(&self.turn).lock_owned().await;
        let closed = spawn_blocking(move || {
            // The waiting changes of the group get the result.
            turn.commit();
            turn.is_closed = true;
            turn.connection = None;
        });
        let _ = closed.await;
    }
}

impl WriterState {
    /// Begins a change, and a group if none is open. Another program gets so much time to let go of the file.
    fn begin(&mut self, patience: Duration) -> Result<(), DbErr> {
        if self.group.is_none() {
            self.begin_group(patience)?;
        }
        let connection = self.connection.as_mut().ok_or_else(error::closed)?;
        self.is_changing = true;
        connection.set_time_limit(Some(TIME_LIMIT));
        match &self.group {
            // The transaction is its own.
            Some(Group { members: 0, .. }) | None => Ok(()),
            Some(_) => connection.step("SAVEPOINT change").inspect_err(|_| self.undo()),
        }
    }

    fn begin_group(&mut self, patience: Duration) -> Result<(), DbErr> {
        let connection = self.open()?;
        connection.set_time_limit(Some(patience));
        let begun = connection.step("BEGIN IMMEDIATE");
        if connection.failure().is_some() || begun.is_err() && connection.in_transaction() {
            self.connection = None;
            return begun;
        }
        begun?;
        self.group = Some(Group { members: 0, outcome: watch::Sender::new(None) });
        self.look();
        Ok(())
    }

    /// Makes the change part of the group, whose outcome comes by what is returned.
    fn join_group(&mut self) -> Result<watch::Receiver<Option<Outcome>>, DbErr> {
        let (Some(connection), Some(group)) = (&mut self.connection, &mut self.group) else {
            return Err(error::closed());
        };
        if group.members > 0 {
            connection.step("RELEASE change")?;
        } else if !connection.in_transaction() {
            return Err(error::closed());
        }
        self.is_changing = false;
        group.members = group.members.saturating_add(1);
        Ok(group.outcome.subscribe())
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
            let undone = connection.step("ROLLBACK");
            self.end_changes();
            undone
        } else {
            connection.step("ROLLBACK TO change").and_then(|()| connection.step("RELEASE change"))
        };
        if let Err(error) = undone {
            self.fail(error);
        }
    }

    /// Commits the group, if one is open. A commit that fails fails all its members.
    fn commit(&mut self) {
        let (Some(connection), Some(_)) = (&mut self.connection, &self.group) else { return };
        connection.set_time_limit(None);
        match connection.step("COMMIT") {
            Ok(()) => {
                self.begins_log = false;
                self.source.disk.record_commit();
                self.settle(Ok(()));
            }
            Err(error) => self.fail(error),
        }
    }

    /// Ends the connection, and with it all that was not committed.
    fn fail(&mut self, error: DbErr) {
        self.connection = None;
        self.settle(Err(error));
    }

    /// Answers the members of the group.
    fn settle(&mut self, outcome: Result<(), DbErr>) {
        self.end_changes();
        if let Some(group) = self.group.take() {
            group.outcome.send_replace(Some(outcome));
        }
    }

    fn end_changes(&self) {
        if let Some(watch) = &self.watch {
            watch.end_changes();
        }
    }

    /// Looks whether another program has written. Returns whether that is certain.
    fn look(&mut self) -> bool {
        match (&mut self.watch, &mut self.connection) {
            (Some(watch), Some(connection)) => watch.look(connection),
            (None, _) | (_, None) => false,
        }
    }

    /// The connection that is open, or else a new one.
    fn open(&mut self) -> Result<&mut Connection, DbErr> {
        if self.connection.is_none() {
            let mut connection = Connection::open(&self.source)?;
            if let Some(watch) = &mut self.watch {
                watch.begin(&mut connection)?;
            }
            self.connection = Some(connection);
        }
        self.connection.as_mut().ok_or_else(error::closed)
    }

    fn run_alone<T>(
        &mut self,
        limit: Option<Duration>,
        work: impl FnOnce(&mut Connection) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        self.commit();
        self.source.disk.check()?;
        self.begins_log = true;
        self.usage.statements.count();
        let connection = self.open()?;
        connection.set_time_limit(limit);
        let done = work(connection);
        if connection.failure().is_some() || connection.in_transaction() {
            self.connection = None;
        }
        self.end_changes();
        done
    }
}

/// Waits for the end of the process after an error of the disk: what was to be committed may be on it, so that no answer would
/// be true.
async fn hold_back(error: &DbErr) {
    if DbFailure::of(error) == DbFailure::Io {
        sleep(LAST_MOMENTS).await;
    }
}
