//! Reads an account: what a call begins with when it isn't kept.

use std::sync::{Arc, LazyLock};

use entity::{Count, Timestamp, UserKey, user};
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Result, Row};
use sea_orm::Iterable;

use crate::db::account_row::Cells;
use crate::db::{Account, account_row};

/// Selects the user with all sessions.
static QUERY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM users LEFT JOIN sessions ON sessions.project_id = users.project_id \
         AND sessions.user_id = users.id WHERE users.project_id = ?1 AND users.id = ?2",
        account_row::columns()
    )
});

/// The text of the query.
pub(super) fn query() -> &'static str {
    &QUERY
}

/// The account of the user with this key. It is read in one statement, so that user and sessions are of one moment.
pub(super) fn read(
    sqlite: &rusqlite::Connection,
    (project, user): &UserKey,
) -> Result<Option<Account>> {
    let mut query = sqlite.prepare_cached(&QUERY)?;
    let mut rows = query.query([project.as_str(), user.as_str()])?;
    let mut account: Option<Account> = None;
    while let Some(row) = rows.next()? {
        let mut cells = RowCells { row, index: 0 };
        let account = if let Some(account) = &mut account {
            cells.index = user::Column::iter().len();
            account
        } else {
            let user = Arc::new(account_row::user(&mut cells)?);
            account.insert(Account { user, sessions: Vec::new() })
        };
        // A user without sessions has one row.
        if row.get_ref(cells.index)? != ValueRef::Null {
            account.sessions.push(Arc::new(account_row::session(&mut cells)?));
        }
    }
    if let Some(account) = &mut account {
        account
            .sessions
            .sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    }
    Ok(account)
}

/// A row that is read from left to right.
struct RowCells<'a> {
    row: &'a Row<'a>,
    index: usize,
}

impl RowCells<'_> {
    fn next<T: FromSql>(&mut self) -> Result<T> {
        let value = self.row.get(self.index)?;
        self.index = self.index.saturating_add(1);
        Ok(value)
    }
}

impl Cells for RowCells<'_> {
    type Error = rusqlite::Error;

    fn text(&mut self) -> Result<String> {
        self.next()
    }

    fn optional_text(&mut self) -> Result<Option<String>> {
        self.next()
    }

    fn time(&mut self) -> Result<Timestamp> {
        self.next().map(Timestamp::from_millis)
    }

    fn optional_time(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.next::<Option<i64>>()?.map(Timestamp::from_millis))
    }

    fn count(&mut self) -> Result<Count> {
        self.next().map(Count::new)
    }

    fn flag(&mut self) -> Result<bool> {
        self.next()
    }
}

#[cfg(test)]
mod tests {
    use entity::{ProjectId, UserId, session};
    use sea_orm::{ConnectionTrait, EntityTrait, IdenStatic};

    use super::*;
    use crate::db::{Db, Store};

    /// Each column holds its own name or place, and reads as SeaORM reads it.
    #[tokio::test]
    async fn models_are_those_of_seaorm() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("accountd.db").display());
        let db = Db::open(&url).await.unwrap();
        let key = (ProjectId::new("default"), UserId::new("ada"));
        insert(&db, "users", user::Column::iter().map(|column| column.as_str()), "ada").await;
        for id in ["b", "a"] {
            insert(&db, "sessions", session::Column::iter().map(|column| column.as_str()), id)
                .await;
        }
        let Store::Sqlite(sqlite) = db.read() else { unreachable!() };

        let account = sqlite.account(key.clone()).await.unwrap().unwrap();

        let user = user::Entity::find_by_id(key).one(db.read()).await.unwrap();
        assert_eq!(Some(&*account.user), user.as_ref());
        let mut sessions = session::Entity::find().all(db.read()).await.unwrap();
        sessions.sort_by(|one, other| one.id.cmp(&other.id));
        let found: Vec<_> = account.sessions.iter().map(|session| (**session).clone()).collect();
        assert_eq!(found, sessions);
        let nobody = (ProjectId::new("default"), UserId::new("bob"));
        assert!(sqlite.account(nobody).await.unwrap().is_none());
    }

    /// Adds a row whose numbers are the places of their columns, and whose texts are the names.
    async fn insert(db: &Db, table: &str, columns: impl Iterator<Item = &'static str>, id: &str) {
        let (names, values): (Vec<_>, Vec<_>) = columns
            .enumerate()
            .map(|(place, column)| {
                let value = match column {
                    "id" => format!("'{id}'"),
                    "project_id" => "'default'".to_owned(),
                    "user_id" => "'ada'".to_owned(),
                    "secret_hash" => format!("'hash of {id}'"),
                    // The sessions are as old as each other.
                    _ if column.ends_with("_at") || column.ends_with("_until") => place.to_string(),
                    "prefs_revision" => "7".to_owned(),
                    "email_verified" | "mfa" | "half_open" => "1".to_owned(),
                    "phone_verified" | "enabled" => "0".to_owned(),
                    _ => format!("'{column}'"),
                };
                (column, value)
            })
            .unzip();
        let sql =
            format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "));
        db.writer().execute_unprepared(&sql).await.unwrap();
    }
}
