//! Filling a PostgreSQL database.

use sqlx::{Connection, PgConnection};

use crate::rows::{SESSIONS, Table, USERS, Users};

/// Fills the database, and has it count its rows.
pub(crate) async fn fill(url: &str, users: &Users) -> anyhow::Result<()> {
    let mut db = PgConnection::connect(url).await?;
    let mut tx = db.begin().await?;
    copy(&mut tx, &USERS, users.users()).await?;
    copy(&mut tx, &SESSIONS, users.sessions()).await?;
    tx.commit().await?;
    sqlx::query("VACUUM ANALYZE").execute(&mut db).await?;
    Ok(db.close().await?)
}

async fn copy(
    db: &mut PgConnection,
    table: &Table,
    rows: impl Iterator<Item = Vec<String>>,
) -> anyhow::Result<()> {
    let sql = format!("COPY {} ({}) FROM STDIN", table.name, table.columns.join(", "));
    let mut copy = db.copy_in_raw(&sql).await?;
    let mut text = String::new();
    for row in rows {
        // No value has a tab, a line break or a backslash.
        text.push_str(&row.join("\t"));
        text.push('\n');
        if text.len() > 1 << 20 {
            copy.send(std::mem::take(&mut text).into_bytes()).await?;
        }
    }
    copy.send(text.into_bytes()).await?;
    copy.finish().await?;
    Ok(())
}
