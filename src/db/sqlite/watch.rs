//! Watches the accounts through the connection that writes: SQLite itself names the users whose rows a statement touches, also
//! by a foreign key's cascade, and knows whether another program has written.

use std::collections::HashSet;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::{ProjectId, UserId, UserKey};
use rusqlite::functions::FunctionFlags;
use sea_orm::DbErr;
use tokio::time::Instant;

use super::MOMENT;
use super::connection::Connection;
use crate::db::accounts::Accounts;

/// A temporary trigger for each way to change a row, which only the connection has that makes it. It calls `touch`. With
/// `recursive_triggers`, also rows that a `REPLACE` removes are deleted ones.
const TRIGGERS: &str = "PRAGMA recursive_triggers = ON;
    CREATE TEMP TRIGGER users_inserted AFTER INSERT ON main.users
        BEGIN SELECT touch(new.project_id, new.id); END;
    CREATE TEMP TRIGGER users_updated AFTER UPDATE ON main.users
        BEGIN SELECT touch(old.project_id, old.id), touch(new.project_id, new.id); END;
    CREATE TEMP TRIGGER users_deleted AFTER DELETE ON main.users
        BEGIN SELECT touch(old.project_id, old.id); END;
    CREATE TEMP TRIGGER sessions_inserted AFTER INSERT ON main.sessions
        BEGIN SELECT touch(new.project_id, new.user_id); END;
    CREATE TEMP TRIGGER sessions_updated AFTER UPDATE ON main.sessions
        BEGIN SELECT touch(old.project_id, old.user_id), touch(new.project_id, new.user_id); END;
    CREATE TEMP TRIGGER sessions_deleted AFTER DELETE ON main.sessions
        BEGIN SELECT touch(old.project_id, old.user_id); END";

/// Forgets kept accounts whose rows are changed.
#[derive(Debug)]
pub(super) struct Watch {
    accounts: Accounts,
    touched: Touched,
    /// SQLite's number of the data. It changes when another connection has written.
    data_version: Option<i64>,
}

/// The users whose rows the open transaction has touched.
#[derive(Clone, Debug, Default)]
struct Touched(Arc<Mutex<HashSet<UserKey>>>);

impl Watch {
    pub(super) fn new(accounts: Accounts) -> Self {
        Self { accounts, touched: Touched::default(), data_version: None }
    }

    /// Watches a connection that was just opened.
    pub(super) fn begin(&mut self, connection: &mut Connection) -> Result<(), DbErr> {
        let (touched, accounts) = (self.touched.clone(), self.accounts.clone());
        connection.run(|sqlite| {
            sqlite.create_scalar_function(
                "touch",
                2,
                FunctionFlags::SQLITE_UTF8,
                move |values| {
                    let (project, user) = (values.get::<String>(0)?, values.get::<String>(1)?);
                    let user = (ProjectId::new(project), UserId::new(user));
                    if touched.users().insert(user.clone()) {
                        accounts.begin_change(user);
                    }
                    Ok(true)
                },
            )?;
            sqlite.execute_batch(TRIGGERS)
        })?;
        self.data_version = None;
        self.look(connection);
        Ok(())
    }

    /// Forgets all accounts if another program has written since the last look. Returns whether that is certain.
    pub(super) fn look(&mut self, connection: &mut Connection) -> bool {
        let began = Instant::now();
        // Another program may hold the file.
        connection.set_time_limit(Some(MOMENT));
        let version = connection.run(|sqlite| {
            sqlite.prepare_cached("PRAGMA main.data_version")?.query_row([], |row| row.get(0))
        });
        let version: Option<i64> = version.ok();
        if version.is_none() || version != self.data_version {
            self.data_version = version;
            self.accounts.forget_all();
        }
        if version.is_some() {
            self.accounts.record_certainty(began);
        }
        version.is_some()
    }

    /// Lets the accounts that were touched be kept again. Must happen after COMMIT or ROLLBACK.
    pub(super) fn end_changes(&self) {
        let touched = take(&mut *self.touched.users());
        for user in touched {
            self.accounts.end_change(&user);
        }
    }
}

impl Touched {
    fn users(&self) -> MutexGuard<'_, HashSet<UserKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
