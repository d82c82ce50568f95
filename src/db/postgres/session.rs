//! Reads the session of a credential with its user: what a call begins with, and what a change begins with.

use std::sync::LazyLock;

use entity::{Count, SessionId, Timestamp, UserKey, session, user};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, IdenStatic, QueryResult, Statement, TryGetable};

use super::Postgres;
use crate::db::account_row;
use crate::db::account_row::Cells;

/// Selects the live sessions of a user with the user. One of the columns of sessions follows, which is to have the last value.
static LIVE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM sessions JOIN users ON users.project_id = sessions.project_id AND users.id = sessions.user_id \
         WHERE sessions.project_id = $1 AND sessions.user_id = $2 AND sessions.expires_at > $3 AND sessions.",
        account_row::columns()
    )
});

/// Locks a user, then a session of this user, and selects the user if the session is live.
///
/// Someone who waits for a lock gets the row as it is once nobody else has it, and the condition is checked once more, by both
/// rows: also for a session that was ended, or a user who was blocked, meanwhile (SJ-5). A session without a lock
/// would be as it was when the statement began.
static LOCK: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM users JOIN sessions ON sessions.project_id = users.project_id AND sessions.user_id = users.id \
         WHERE users.project_id = $1 AND users.id = $2 AND sessions.id = $3 AND sessions.expires_at > $4 \
         FOR UPDATE OF users FOR SHARE OF sessions",
        account_row::user_columns()
    )
});

/// Locks a user with a session until the end of the transaction. None if the session isn't live.
pub(crate) async fn lock_user_of(
    tx: &impl ConnectionTrait,
    session: &SessionId,
    (project, user): &UserKey,
    now: Timestamp,
) -> Result<Option<user::Model>, DbErr> {
    let values =
        [project.as_str().into(), user.as_str().into(), session.as_str().into(), now.into()];
    let lock = Statement::from_sql_and_values(DbBackend::Postgres, &*LOCK, values);
    let Some(row) = tx.query_one_raw(lock).await? else { return Ok(None) };
    account_row::user(&mut Row { row: &row, index: 0 }).map(Some)
}

impl Postgres {
    /// The live session of a user whose unique `column` has this value, and the user.
    pub(crate) async fn find_session(
        &self,
        (project, user): &UserKey,
        (column, value): (session::Column, &str),
        now: Timestamp,
    ) -> Result<Option<(session::Model, user::Model)>, DbErr> {
        let values = [project.as_str().into(), user.as_str().into(), now.into(), value.into()];
        let sql = format!("{}{} = $4", *LIVE, column.as_str());
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let Some(row) = self.lease().await?.query_one(statement).await? else { return Ok(None) };
        let mut cells = Row { row: &row, index: 0 };
        let user = account_row::user(&mut cells)?;
        Ok(Some((account_row::session(&mut cells)?, user)))
    }
}

/// A row that is read from left to right.
struct Row<'a> {
    row: &'a QueryResult,
    index: usize,
}

impl Row<'_> {
    fn next<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let value = self.row.try_get_by_index(self.index)?;
        self.index = self.index.saturating_add(1);
        Ok(value)
    }
}

impl Cells for Row<'_> {
    type Error = DbErr;

    fn text(&mut self) -> Result<String, DbErr> {
        self.next()
    }

    fn optional_text(&mut self) -> Result<Option<String>, DbErr> {
        self.next()
    }

    fn time(&mut self) -> Result<Timestamp, DbErr> {
        self.next()
    }

    fn optional_time(&mut self) -> Result<Option<Timestamp>, DbErr> {
        self.next()
    }

    fn count(&mut self) -> Result<Count, DbErr> {
        self.next()
    }

    fn flag(&mut self) -> Result<bool, DbErr> {
        self.next()
    }
}
