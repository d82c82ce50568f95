//! Turns, groups and time limits of an SQLite file.

use sea_orm::{DbBackend, Value};
use tempfile::TempDir;
use tokio::task::{JoinHandle, yield_now};

use super::connection::Connection;
use super::*;
use crate::db::failure::DbFailure;

/// A file with a table of names.
async fn file() -> (TempDir, Sqlite) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let failure = DiskFailure::default();
    let sqlite = Sqlite::open(&path, Durability::Process, &failure).await.unwrap();
    let tables = "CREATE TABLE names (name TEXT NOT NULL UNIQUE);
        CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE children (parent INTEGER NOT NULL REFERENCES parents DEFERRABLE INITIALLY DEFERRED)";
    sqlite.execute_text(tables).await.unwrap();
    (folder, sqlite)
}

fn sql(text: &str) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, text, [])
}

/// Begins a change that adds a name.
async fn added(sqlite: &Sqlite, name: &str) -> Change {
    let mut change = sqlite.begin().await.unwrap();
    let insert = "INSERT INTO names VALUES (?)";
    let insert = Statement::from_sql_and_values(DbBackend::Sqlite, insert, [name.into()]);
    assert_eq!(change.execute(&insert).unwrap().rows_affected, 1);
    change
}

/// Adds a name in a task, as soon as it has its turn.
async fn add_later(sqlite: &Sqlite, name: &'static str) -> JoinHandle<Result<(), DbErr>> {
    let sqlite = sqlite.clone();
    let task = spawn(async move { added(&sqlite, name).await.commit().await });
    // It queues.
    yield_now().await;
    task
}

/// The names that are committed.
async fn names(sqlite: &Sqlite) -> Vec<String> {
    let rows = sqlite.query(sql("SELECT name FROM names ORDER BY 1"), 100).await.unwrap();
    rows.into_iter().map(|row| row.try_get("name").unwrap()).collect()
}

/// A query that takes many steps.
fn long(rows: u32) -> Statement {
    sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT count(*) AS n FROM n"
    ))
}

/// DU-6: a change that is given up is undone alone; the others of its group are kept.
#[tokio::test]
async fn a_change_is_undone_without_the_others() {
    let (_folder, sqlite) = file().await;
    let first = added(&sqlite, "first").await;
    let given_up = {
        let sqlite = sqlite.clone();
        spawn(async move { drop(added(&sqlite, "given up").await) })
    };
    yield_now().await;
    let last = add_later(&sqlite, "last").await;

    first.commit().await.unwrap();

    given_up.await.unwrap();
    last.await.unwrap().unwrap();
    assert_eq!(names(&sqlite).await, ["first", "last"]);
}

/// DU-4: those who wait are committed together, so that a commit that fails fails them all, and nothing of them is kept.
#[tokio::test]
async fn a_failed_commit_fails_the_group() {
    let (_folder, sqlite) = file().await;
    let first = added(&sqlite, "first").await;
    let orphan = {
        let sqlite = sqlite.clone();
        spawn(async move {
            let mut change = added(&sqlite, "second").await;
            change.execute(&sql("INSERT INTO children VALUES (1)")).unwrap();
            change.commit().await
        })
    };
    yield_now().await;
    let third = add_later(&sqlite, "third").await;

    assert!(first.commit().await.is_err());

    assert!(orphan.await.unwrap().is_err());
    assert!(third.await.unwrap().is_err());
    assert_eq!(names(&sqlite).await, [""; 0]);
    added(&sqlite, "later").await.commit().await.unwrap();
    assert_eq!(names(&sqlite).await, ["later"]);
}

/// DU-4: where SQLite ends the whole transaction under one change, those that have joined its group before learn it.
#[tokio::test]
async fn a_transaction_that_ends_by_itself_fails_the_group() {
    let (_folder, sqlite) = file().await;
    let first = added(&sqlite, "first").await;
    let breaks = {
        let sqlite = sqlite.clone();
        spawn(async move {
            let mut change = added(&sqlite, "second").await;
            change.execute_text("ROLLBACK").unwrap();
            assert!(change.execute(&sql("INSERT INTO names VALUES ('stray')")).is_err());
            assert!(change.commit().await.is_err());
        })
    };
    yield_now().await;

    assert!(first.commit().await.is_err());

    breaks.await.unwrap();
    assert_eq!(names(&sqlite).await, [""; 0]);
    added(&sqlite, "later").await.commit().await.unwrap();
    assert_eq!(names(&sqlite).await, ["later"]);
}

/// DU-6: a statement of its own commits the changes that wait before it, and doesn't fail them.
#[tokio::test]
async fn a_statement_of_its_own_is_in_no_group() {
    let (_folder, sqlite) = file().await;
    let first = added(&sqlite, "first").await;
    let alone = {
        let sqlite = sqlite.clone();
        spawn(async move { sqlite.execute(sql("INSERT INTO children VALUES (1)")).await })
    };
    yield_now().await;

    first.commit().await.unwrap();

    assert!(alone.await.unwrap().is_err());
    assert_eq!(names(&sqlite).await, ["first"]);
}

/// DU-1: a group that is open when the file is closed is committed, and its members learn so.
#[tokio::test]
async fn closing_commits_those_who_wait() {
    let (folder, sqlite) = file().await;
    let first = added(&sqlite, "first").await;
    let closing = {
        let sqlite = sqlite.clone();
        spawn(async move { sqlite.close().await })
    };
    yield_now().await;

    first.commit().await.unwrap();

    closing.await.unwrap();
    assert!(sqlite.begin().await.is_err());
    let path = folder.path().join("test.db");
    let again = Sqlite::open(&path, Durability::Process, &DiskFailure::default()).await.unwrap();
    assert_eq!(names(&again).await, ["first"]);
}

/// A change that panics is undone.
#[tokio::test]
async fn a_panic_undoes_the_change() {
    let (_folder, sqlite) = file().await;
    let panics = {
        let sqlite = sqlite.clone();
        spawn(async move {
            let _change = added(&sqlite, "lost").await;
            panic!("in the middle of a change");
        })
    };

    assert!(panics.await.is_err());

    added(&sqlite, "kept").await.commit().await.unwrap();
    assert_eq!(names(&sqlite).await, ["kept"]);
}

/// DU-4: after some errors SQLite ends the transaction by itself. What the change would do then is not kept either.
#[tokio::test]
async fn nothing_is_written_after_the_transaction_has_ended() {
    let (_folder, sqlite) = file().await;
    let mut change = added(&sqlite, "lost").await;
    change.execute_text("ROLLBACK").unwrap();

    assert!(change.execute(&sql("INSERT INTO names VALUES ('stray')")).is_err());
    assert!(change.commit().await.is_err());

    assert_eq!(names(&sqlite).await, [""; 0]);
    added(&sqlite, "kept").await.commit().await.unwrap();
}

/// A statement that breaks a rule of the schema says which, and leaves the change as it was.
#[tokio::test]
async fn a_broken_rule_is_reported() {
    let (_folder, sqlite) = file().await;
    let mut change = added(&sqlite, "once").await;

    let twice = change.execute(&sql("INSERT INTO names VALUES ('once')")).unwrap_err();

    let rule = crate::db::broken_rule(&twice);
    assert_eq!(rule, Some(sea_orm::sqlx::error::ErrorKind::UniqueViolation));
    change.commit().await.unwrap();
    assert_eq!(names(&sqlite).await, ["once"]);
}

/// AV-5: what takes too long is interrupted, and the connection is as good as before.
#[tokio::test]
async fn a_statement_ends_within_its_time() {
    let (_folder, sqlite) = file().await;
    let mut connection = Connection::open(&sqlite.0.source).unwrap();
    connection.set_time_limit(Some(Duration::from_millis(20)));

    let interrupted = connection.query(&long(u32::MAX), 1).unwrap_err();

    assert_eq!(DbFailure::of(&interrupted), DbFailure::Contended);
    connection.set_time_limit(None);
    assert_eq!(connection.query(&long(10), 1).unwrap().len(), 1);
}

/// DU-4: what begins or ends a transaction isn't interrupted, since it may have taken effect.
#[tokio::test]
async fn a_transaction_begins_and_ends_without_a_deadline() {
    let (_folder, sqlite) = file().await;
    let mut connection = Connection::open(&sqlite.0.source).unwrap();

    // SQLite looks at the clock once in so many steps, which it counts over all executions.
    for _ in 0..2_000 {
        connection.set_time_limit(Some(Duration::ZERO));
        connection.step("BEGIN IMMEDIATE").unwrap();
        connection.step("COMMIT").unwrap();
    }
}

/// A query that is too long for a thread of the runtime is answered all the same.
#[tokio::test]
async fn a_long_query_is_answered() {
    let (_folder, sqlite) = file().await;

    let rows = sqlite.query(long(200_000), 1).await.unwrap();

    assert_eq!(rows[0].values["n"], Value::BigInt(Some(200_000)));
}

/// DU-6: while another program writes, a change waits for it.
#[tokio::test]
async fn another_program_is_waited_for() {
    let (_folder, sqlite) = file().await;
    let mut other = Connection::open(&sqlite.0.source).unwrap();
    other.execute_text("BEGIN IMMEDIATE").unwrap();
    let waits = add_later(&sqlite, "patient").await;

    other.execute_text("COMMIT").unwrap();

    waits.await.unwrap().unwrap();
    assert_eq!(names(&sqlite).await, ["patient"]);
}

/// Values come out in the types that entities have for them.
#[tokio::test]
async fn rows_have_the_types_of_entities() {
    let (_folder, sqlite) = file().await;
    sqlite
        .execute_text("CREATE TABLE kinds (flag boolean, n integer, text varchar)")
        .await
        .unwrap();
    let insert = "INSERT INTO kinds VALUES (?, ?, ?) RETURNING flag, n, text";
    let values = [true.into(), 7_i32.into(), "text".into()];
    let insert = Statement::from_sql_and_values(DbBackend::Sqlite, insert, values);
    let inserted = sqlite.query(insert, 1).await.unwrap();
    sqlite.execute(sql("INSERT INTO kinds VALUES (NULL, NULL, NULL)")).await.unwrap();

    let rows = sqlite.query(sql("SELECT * FROM kinds"), 2).await.unwrap();

    let first = [("flag", true.into()), ("n", 7_i64.into()), ("text", "text".into())];
    assert_eq!(rows[0].values, inserted[0].values);
    assert_eq!(rows[0].values, first.map(|(name, value)| (name.to_owned(), value)).into());
    assert_eq!(rows[1].try_get::<Option<String>, _>("text").unwrap_or(None), None);
}

/// DU-5: 3.51.3 and later, and the two lines that were mended.
#[test]
fn only_a_mended_sqlite_is_safe() {
    for version in ["3.51.3", "3.52.0", "3.50.7", "3.44.6", "4.0.0"] {
        assert!(is_safe(version), "{version}");
    }
    for version in ["3.51.2", "3.50.6", "3.46.0", "3.44.5", "3.7.0", ""] {
        assert!(!is_safe(version), "{version}");
    }
}
