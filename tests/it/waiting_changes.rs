//! Changes that wait for another one of the same user: on PostgreSQL, for the lock of the user's row.

use std::time::Duration;

use entity::{security_log, user};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryOrder, Statement};
use serde_json::json;
use tokio::time::sleep;

use crate::support::TestApp;

/// Whether somebody waits for a lock of this connection.
async fn is_waited_for(db: &DatabaseConnection) -> bool {
    const QUERY: &str = "SELECT count(*) AS n FROM pg_locks \
         WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, QUERY)).await.unwrap();
    row.unwrap().try_get::<i64>("", "n").unwrap() > 0
}

/// What has become of a change.
struct After {
    error: String,
    user: Option<user::Model>,
    /// The numbers of the log's rows, in their order.
    numbers: Vec<i64>,
}

/// What becomes of accountUpdatePrefs if another server has run `sql` and commits while the change waits for it.
async fn change_after(sql: &str) -> Option<After> {
    let app = TestApp::with("[limits]\nrates = false").await;
    if !app.app.db.is_shared() {
        return None;
    }
    let ada = app.user("ada@example.com").await;
    let by_jwt = app.guest().with_jwt(&ada.jwt().await);
    // A single connection.
    let other = app.outside().await;
    other.execute_unprepared("BEGIN; SELECT * FROM users FOR UPDATE").await.unwrap();
    other.execute_unprepared(sql).await.unwrap();

    let prefs = json!({"prefs": r#"{"a":1}"#});
    let change = tokio::spawn(async move { by_jwt.run("accountUpdatePrefs", prefs).await });
    while !is_waited_for(&other).await {
        assert!(!change.is_finished(), "it doesn't wait");
        sleep(Duration::from_millis(5)).await;
    }
    other.execute_unprepared("COMMIT").await.unwrap();

    let error = change.await.unwrap().error();
    let user = user::Entity::find().one(&other).await.unwrap();
    let rows = security_log::Entity::find().order_by_asc(security_log::Column::Id);
    let rows = rows.all(&other).await.unwrap();
    Some(After { error, user, numbers: rows.into_iter().map(|row| row.number).collect() })
}

/// SJ-5: a change that began before its session was ended, or its user blocked, isn't made after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_has_waited_sees_what_has_changed() {
    for (sql, refused) in [
        ("DELETE FROM sessions", "user_jwt_invalid 401"),
        ("UPDATE sessions SET expires_at = 1", "user_jwt_invalid 401"),
        ("UPDATE users SET enabled = false", "user_blocked 403"),
        ("DELETE FROM users", "user_jwt_invalid 401"),
    ] {
        let Some(After { error, user, .. }) = change_after(sql).await else { return };
        assert_eq!(error, refused, "{sql}");
        assert!(user.is_none_or(|user| user.prefs == "{}"), "{sql}");
    }
}

/// Nothing of what the other change has written is lost, and the log has a number for each.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_has_waited_goes_on_from_there() {
    let other = "UPDATE users SET name = 'Ada', prefs_revision = 7; \
                 UPDATE security_logs SET number = number + 10";

    let Some(After { error, user, numbers }) = change_after(other).await else { return };

    assert_eq!(error, "ok");
    let user = user.unwrap();
    assert_eq!((user.name.as_str(), user.prefs.as_str()), ("Ada", r#"{"a":1}"#));
    assert_eq!(user.prefs_revision.get(), 8);
    assert_eq!(numbers, [11, 12, 13]);
}
