//! Reads the session of a credential with its user: what a call begins with.

use std::sync::LazyLock;

use entity::{Count, Timestamp, UserKey, session, user};
use sea_orm::{DbBackend, DbErr, IdenStatic, QueryResult, Statement, TryGetable};

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
