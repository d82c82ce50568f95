//! Finds rows by a unique key, and checks that they have it (DU-9).
//!
//! An index of a damaged file may name another row than the one with the key. SQLite doesn't notice: it takes the columns
//! of the key from the index, and the others from the row. These statements take all columns from the row.

use rusqlite::ffi;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};

use super::error;

/// The column that says whether a row fulfils the condition by which it was found.
const IS_SOUND: &str = "is_sound";

/// SQLite's code for an index that doesn't fit its table.
const SQLITE_CORRUPT_INDEX: i32 = 779;

/// Reads the rows that a statement `SELECT … FROM table WHERE condition` finds. Fails if one doesn't fulfil the condition.
pub(in crate::db) async fn query<M: FromQueryResult>(
    statement: Statement,
    db: &impl ConnectionTrait,
) -> Result<Vec<M>, DbErr> {
    let rows = db.query_all_raw(checked(statement)?).await?;
    let rows = rows.iter().map(|row| match row.try_get::<Option<i64>>("", IS_SOUND)? {
        Some(0) | None => Err(error::to_db_err(damage())),
        Some(_) => M::from_query_result(row, ""),
    });
    rows.collect()
}

/// A statement that finds the same rows: their numbers by the condition, which reads the index, and then each row by its
/// number, with whether it fulfils the condition. Fails if the statement has another form.
fn checked(statement: Statement) -> Result<Statement, DbErr> {
    let parts = statement.sql.split_once(" WHERE ").and_then(|(select, condition)| {
        let (columns, table) = select.split_once(" FROM ")?;
        // SeaORM leaves a space where other databases have a lock.
        Some((columns, table, condition.trim_end()))
    });
    let Some((columns, table, condition)) = parts else {
        return Err(DbErr::Custom(format!("not a look-up by a unique key: {}", statement.sql)));
    };
    let sql = format!(
        "{columns}, ({condition}) AS \"{IS_SOUND}\" \
         FROM (SELECT {table}.rowid AS \"number\" FROM {table} WHERE {condition}) AS \"found\" \
         LEFT JOIN {table} ON {table}.rowid = \"found\".\"number\""
    );
    let values: Vec<Value> = statement.values.map(|values| values.0).unwrap_or_default();
    Ok(Statement::from_sql_and_values(DbBackend::Sqlite, sql, [values.clone(), values].concat()))
}

/// The error about an index that names another row, or none.
pub(super) fn damage() -> rusqlite::Error {
    let message = "the database file is damaged: an index names a row with another key".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(SQLITE_CORRUPT_INDEX), Some(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked_text(sql: &str) -> Result<String, DbErr> {
        checked(Statement::from_sql_and_values(DbBackend::Sqlite, sql, [1.into()]))
            .map(|statement| statement.to_string())
    }

    /// DU-9: the row is compared with its key, and what can't be compared is refused.
    #[test]
    fn a_look_up_reads_the_key_from_the_row() {
        let text = checked_text(r#"SELECT "a" FROM "t" WHERE "id" = ? "#).unwrap();

        assert_eq!(
            text,
            r#"SELECT "a", ("id" = 1) AS "is_sound" FROM (SELECT "t".rowid AS "number" FROM "t" WHERE "id" = 1) AS "found" LEFT JOIN "t" ON "t".rowid = "found"."number""#
        );
        assert!(checked_text(r#"SELECT "a" FROM "t""#).is_err());
    }
}
