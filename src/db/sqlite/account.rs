//! Reads an account: what a call begins with when it isn't kept.

use std::sync::{Arc, LazyLock};

use entity::{Count, ProjectId, Timestamp, UserId, UserKey, user};
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Result, Row};
use sea_orm::Iterable;

use super::sound;
use crate::db::account_row::Cells;
use crate::db::{Account, account_row};

/// Selects whether an index names a session, and the user with all sessions. All columns are those of the rows, not of the
/// indexes that name them, see `sound.rs`.
static QUERY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT named.rowid IS NOT NULL, {} FROM users AS found LEFT JOIN users ON users.rowid = found.rowid \
         LEFT JOIN sessions AS named ON named.project_id = ?1 AND named.user_id = ?2 \
         LEFT JOIN sessions ON sessions.rowid = named.rowid WHERE found.project_id = ?1 AND found.id = ?2",
        account_row::columns()
    )
});

/// The text of the query.
pub(super) fn query() -> &'static str {
    &QUERY
}

/// The account of the user with this key. It is read in one statement, so that user and sessions are of one moment. Fails if
/// one of the rows is another's (DU-9).
pub(super) fn read(sqlite: &rusqlite::Connection, key: &UserKey) -> Result<Option<Account>> {
    let (project, user) = key;
    let mut query = sqlite.prepare_cached(&QUERY)?;
    let mut rows = query.query([project.as_str(), user.as_str()])?;
    let mut account: Option<Account> = None;
    while let Some(row) = rows.next()? {
        let mut cells = RowCells { row, index: 0 };
        // A user without sessions has one row.
        let has_session = cells.flag()?;
        let account = if let Some(account) = &mut account {
            cells.index = cells.index.saturating_add(user::Column::iter().len());
            account
        } else {
            cells.check_row()?;
            let user = account_row::user(&mut cells)?;
            check_key(&user.project_id, &user.id, key)?;
            account.insert(Account { user: Arc::new(user), sessions: Vec::new() })
        };
        if has_session {
            cells.check_row()?;
            let session = account_row::session(&mut cells)?;
            check_key(&session.project_id, &session.user_id, key)?;
            account.sessions.push(Arc::new(session));
        }
    }
    if let Some(account) = &mut account {
        account
            .sessions
            .sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    }
    Ok(account)
}

/// Fails if a row has another key than the one by which an index named it.
fn check_key(project: &ProjectId, user: &UserId, key: &UserKey) -> Result<()> {
    let is_sound = (project, user) == (&key.0, &key.1);
    if is_sound { Ok(()) } else { Err(sound::damage()) }
}

/// A row that is read from left to right.
struct RowCells<'a> {
    row: &'a Row<'a>,
    index: usize,
}

impl RowCells<'_> {
    /// Fails if an index named a row that isn't there: its first cell is never null.
    fn check_row(&self) -> Result<()> {
        if self.row.get_ref(self.index)? == ValueRef::Null { Err(sound::damage()) } else { Ok(()) }
    }

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
    use entity::session;
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
