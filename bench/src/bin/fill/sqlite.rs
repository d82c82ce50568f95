//! Filling a file.

use anyhow::Context;
use rusqlite::{Connection, OpenFlags, Transaction, params_from_iter};

use crate::rows::{SESSIONS, Table, USERS, Users};

/// Fills the file, and leaves nothing beside it.
pub(crate) fn fill(path: &str, users: &Users) -> anyhow::Result<()> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let mut db = db.context("the database can't be opened")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    let tx = db.transaction()?;
    insert(&tx, &USERS, users.users())?;
    insert(&tx, &SESSIONS, users.sessions())?;
    tx.commit()?;
    // Moves all that was written into the file.
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn insert(
    tx: &Transaction,
    table: &Table,
    rows: impl Iterator<Item = Vec<String>>,
) -> anyhow::Result<()> {
    let values = vec!["?"; table.columns.len()].join(", ");
    let columns = table.columns.join(", ");
    let sql = format!("INSERT INTO {} ({columns}) VALUES ({values})", table.name);
    let mut statement = tx.prepare(&sql)?;
    for row in rows {
        statement.execute(params_from_iter(row))?;
    }
    Ok(())
}
