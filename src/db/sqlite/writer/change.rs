//! A change on the writing connection, which has its turn.

use std::sync::Arc;

use sea_orm::{DbErr, ProxyExecResult, ProxyRow, Statement};
use tokio::select;
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::task::spawn_blocking;

use super::{Outcome, WriterState, hold_back};
use crate::db::sqlite::connection::Connection;
use crate::db::sqlite::error;
use crate::trace::{Statement as Span, System};

/// A change under way. If it is dropped, nothing of it is kept.
#[derive(Debug)]
pub(in crate::db) struct Change(pub(super) OwnedMutexGuard<WriterState>);

impl Change {
    /// Runs a query, and reads at most so many rows.
    pub(in crate::db) fn query(
        &mut self,
        statement: &Statement,
        max_rows: usize,
    ) -> Result<Vec<ProxyRow>, DbErr> {
        let span = Span::begin(System::Sqlite, &statement.sql);
        span.end(self.connection().and_then(|connection| connection.query(statement, max_rows)))
    }

    /// Runs a statement that answers no rows.
    pub(in crate::db) fn execute(
        &mut self,
        statement: &Statement,
    ) -> Result<ProxyExecResult, DbErr> {
        let span = Span::begin(System::Sqlite, &statement.sql);
        span.end(self.connection().and_then(|connection| connection.execute(statement)))
    }

    /// Runs statements that stand in a text, without values.
    pub(in crate::db) fn execute_text(&mut self, sql: &str) -> Result<ProxyExecResult, DbErr> {
        let span = Span::begin_text(System::Sqlite, sql);
        span.end(self.connection().and_then(|connection| connection.execute_text(sql)))
    }

    /// Commits, together with all others that wait. Runs in a task that doesn't end when the client disconnects: others of the
    /// group may commit its change, and then its effects must follow.
    pub(in crate::db) async fn commit(self) -> Result<(), DbErr> {
        let span = Span::begin_text(System::Sqlite, "COMMIT");
        span.end(self.commit_in_group().await)
    }

    async fn commit_in_group(mut self) -> Result<(), DbErr> {
        let mut settled = self.0.join_group()?;
        let writer = Arc::clone(OwnedMutexGuard::mutex(&self.0));
        drop(self);
        let mut turn = select! {
            biased;
            outcome = outcome_of(&mut settled) => return outcome,
            turn = writer.lock_owned() => turn,
        };
        if turn.source.durability.needs_flush() || turn.begins_log {
            // The outcome below says whether it has finished.
            let _ = spawn_blocking(move || turn.commit()).await;
        } else {
            turn.commit();
            drop(turn);
        }
        outcome_of(&mut settled).await
    }

    /// The connection, for one statement.
    fn connection(&mut self) -> Result<&mut Connection, DbErr> {
        self.0.usage.statements.count();
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

/// The result of a group's commit, once it is known. A group without a result has failed.
async fn outcome_of(settled: &mut watch::Receiver<Option<Outcome>>) -> Outcome {
    let outcome = settled.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
    let outcome = outcome.unwrap_or_else(|| Err(error::closed()));
    if let Err(error) = &outcome {
        hold_back(error).await;
    }
    outcome
}
