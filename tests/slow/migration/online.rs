//! Migrations on PostgreSQL, beside a server that serves. On SQLite there is no other server.

use std::time::Duration;

use accountd::db::Db;
use migration::{Migrate, Migrator};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait,
};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::schema;
use crate::support::TestApp;

/// Longer than anything takes on a busy machine that nobody holds up.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// A migration that builds indexes, on all that this release writes.
const INDEXES: &str = "m20261129_000006_index_lists";
/// A migration that adds a column.
const PREFS_REVISION: &str = "m20261124_000005_add_prefs_revision";

/// A server whose last migrations have not been applied, from one on, and the schema that it has with them; none on SQLite.
async fn without_the_last(first: &str) -> Option<(TestApp, Vec<String>)> {
    let all = Migrator::migrations();
    let position = all.iter().position(|migration| migration.name() == first).unwrap();
    let migrations = u32::try_from(all.len() - position).unwrap();
    let app = TestApp::new().await;
    let db = &app.app.db.writer().for_maintenance().await.unwrap();
    let whole = schema(db).await;
    Migrator::down(db, Some(migrations)).await.unwrap();
    if !app.app.db.is_shared() {
        return None;
    }
    if first > "m20261129" {
        // This release writes into the columns of later ones, too, which are added without waiting.
        for column in [
            "users ADD mfa boolean NOT NULL DEFAULT false",
            "sessions ADD factors text NOT NULL DEFAULT '[]'",
            "sessions ADD mfa_updated_at bigint",
            "sessions ADD half_open boolean NOT NULL DEFAULT false",
        ] {
            db.execute_unprepared(&format!("ALTER TABLE {column}")).await.unwrap();
        }
    }
    Some((app, whole))
}

fn url(app: &TestApp) -> String {
    app.app.config.database.url.expose().to_string()
}

/// Starts another server, which migrates.
fn start(app: &TestApp) -> JoinHandle<anyhow::Result<()>> {
    let url = url(app);
    tokio::spawn(async move { Db::open(&url).await.map(drop) })
}

/// A transaction that has begun before, and that an index which is built beside writers waits for.
async fn old_transaction(app: &TestApp) -> DatabaseTransaction {
    let db = Database::connect(url(app)).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.execute_unprepared(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM users",
    )
    .await
    .unwrap();
    tx
}

/// Waits until as many rows as `count` answer `query`.
async fn until(db: &DatabaseConnection, query: &str, count: usize) {
    let rows = async || {
        let query = Statement::from_string(DbBackend::Postgres, query);
        db.query_all_raw(query).await.unwrap().len()
    };
    let answered = async {
        while rows().await != count {
            sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(timeout(TIME_LIMIT, answered).await.is_ok(), "no {count} rows: {query}");
}

const UNFINISHED: &str = "SELECT 1 FROM pg_index WHERE NOT indisvalid";

/// MI-4: while an index is built, and other instances wait for their turn, the server writes.
#[tokio::test(flavor = "multi_thread")]
async fn indexes_are_built_beside_writers() {
    let Some((app, whole)) = without_the_last(INDEXES).await else { return };
    let db = &app.app.db.writer().for_maintenance().await.unwrap();
    let old = old_transaction(&app).await;
    let starts = [start(&app), start(&app), start(&app)];
    until(db, UNFINISHED, 1).await;

    app.user("ada@example.com").await;

    assert!(starts.iter().all(|start| !start.is_finished()));
    old.commit().await.unwrap();
    for start in starts {
        timeout(TIME_LIMIT, start).await.unwrap().unwrap().unwrap();
    }
    assert_eq!(schema(db).await, whole);
    until(db, UNFINISHED, 0).await;
}

/// MI-3: an index whose build was killed is built anew.
#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_index_is_built_anew() {
    let Some((app, whole)) = without_the_last(INDEXES).await else { return };
    let db = &app.app.db.writer().for_maintenance().await.unwrap();
    let old = old_transaction(&app).await;
    let broken =
        "CREATE INDEX CONCURRENTLY \"idx-users-created_at\" ON users (project_id, created_at, id)";
    db.execute_unprepared(broken).await.unwrap_err();
    old.commit().await.unwrap();
    until(db, UNFINISHED, 1).await;

    start(&app).await.unwrap().unwrap();

    until(db, UNFINISHED, 0).await;
    assert_eq!(schema(db).await, whole);
}

/// MI-4: while users are filled in, a row that someone holds keeps servers from no other one for long.
#[tokio::test(flavor = "multi_thread")]
async fn a_fill_waits_for_a_row_in_nobodys_way() {
    let Some((app, whole)) = without_the_last(INDEXES).await else { return };
    let db = &app.app.db.writer().for_maintenance().await.unwrap();
    for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
        app.sign_up(email).await;
    }
    db.execute_unprepared("DELETE FROM user_words").await.unwrap();
    let outside = Database::connect(url(&app)).await.unwrap();
    let held = outside.begin().await.unwrap();
    held.execute_unprepared("UPDATE users SET accessed_at = 0 WHERE email = 'eve@example.com'")
        .await
        .unwrap();
    let start = start(&app);
    until(db, "SELECT 1 FROM pg_locks WHERE NOT granted", 1).await;

    for _ in 0..10 {
        let others = "UPDATE users SET accessed_at = 0 WHERE email <> 'eve@example.com'";
        db.execute_unprepared(others).await.unwrap();
        sleep(Duration::from_millis(50)).await;
    }

    assert!(!start.is_finished());
    held.commit().await.unwrap();
    timeout(TIME_LIMIT, start).await.unwrap().unwrap().unwrap();
    assert_eq!(schema(db).await, whole);
    until(db, "SELECT 1 FROM user_words WHERE word LIKE '%@example.com'", 3).await;
}

/// MI-4: a migration that can't have a table at once lets the server have it, whose own locks wait a second at most.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_waits_for_a_table_in_nobodys_way() {
    let Some((app, whole)) = without_the_last(PREFS_REVISION).await else { return };
    let db = &app.app.db.writer().for_maintenance().await.unwrap();
    let old = old_transaction(&app).await;
    let start = start(&app);
    until(db, "SELECT 1 FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted", 1).await;

    for _ in 0..10 {
        db.execute_unprepared("UPDATE users SET name = name").await.unwrap();
        sleep(Duration::from_millis(50)).await;
    }

    assert!(!start.is_finished());
    old.commit().await.unwrap();
    timeout(TIME_LIMIT, start).await.unwrap().unwrap().unwrap();
    assert_eq!(schema(db).await, whole);
}
