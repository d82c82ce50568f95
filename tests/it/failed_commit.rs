//! After a failure of the database: what is acknowledged is kept, and no connection carries a transaction on.

use std::time::Duration;

use entity::user;
use futures_util::FutureExt;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use tokio::time::timeout;

use crate::support::{Caller, TestApp, poll_times};

/// The names of all users, as another program reads them: only what is committed.
async fn names(app: &TestApp) -> Vec<String> {
    let users = user::Entity::find().all(&app.outside().await).await.unwrap();
    users.into_iter().map(|user| user.name).collect()
}

/// A fault that makes the next commits fail.
async fn break_commits(app: &TestApp) {
    let statement = if app.app.db.is_shared() {
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$; \
         CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION refuse()"
    } else {
        // Full, like a disk: SQLite then rolls back by itself.
        "PRAGMA max_page_count = 1"
    };
    app.app.db.writer().execute_unprepared(statement).await.unwrap();
}

async fn mend_commits(app: &TestApp) {
    let statement = if app.app.db.is_shared() {
        "DROP TRIGGER refuse ON users; DROP FUNCTION refuse"
    } else {
        "PRAGMA max_page_count = 1000000"
    };
    app.app.db.writer().execute_unprepared(statement).await.unwrap();
}

async fn update_prefs(caller: &Caller) -> String {
    let large = "x".repeat(60_000);
    caller.run("accountUpdatePrefs", json!({"prefs": {"large": large}})).await.error()
}

/// C-38, DU-4: after two failed commits in a row every acknowledged write is committed, also after a restart.
#[tokio::test]
async fn after_two_failed_commits_writes_are_kept() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    for _ in 0..2 {
        break_commits(&app).await;
        let refused = update_prefs(&ada).await;
        let expected = ["general_server_busy 503", "general_server_error 500"];
        assert_eq!(refused, expected[usize::from(app.app.db.is_shared())]);
        mend_commits(&app).await;
    }
    for name in ["one", "two", "three"] {
        ada.run("accountUpdateName", json!({ "name": name })).await.data();
        assert_eq!(names(&app).await, [name]);
    }

    let session = ada.session().to_owned();
    drop(ada);
    let app = app.restarted().await;
    let ada = app.guest().with_session(&session);
    assert_eq!(ada.query("{ accountGet { name } }").await.field()["name"], "three");
}

/// DU-4: a full disk is 503 with `Retry-After`, and changes nothing.
#[tokio::test]
async fn a_full_disk_is_reported_as_busy() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    if app.app.db.is_shared() {
        // A full disk of PostgreSQL is seen by faults/.
        return;
    }

    break_commits(&app).await;
    let large = json!({"prefs": {"large": "x".repeat(60_000)}});
    let refused = ada.run("accountUpdatePrefs", large).await;

    assert_eq!(refused.error(), "general_server_busy 503");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(ada.run("accountGetPrefs", json!({})).await.field()["data"], "{}");
    // The connection that failed is gone, and its limit with it.
    assert_eq!(update_prefs(&ada).await, "ok");
}

/// DU-4: a change that takes no notice of a failed statement is refused. PostgreSQL would answer its commit like a success.
#[tokio::test]
async fn a_failed_statement_fails_the_change() {
    let app = TestApp::new().await;
    app.user("ada@example.com").await;

    let written = app
        .app
        .db
        .write(async |tx| {
            user::Entity::update_many()
                .col_expr(user::Column::Name, Expr::value("lost"))
                .exec(tx)
                .await?;
            let _ = tx.execute_unprepared("UPDATE nothing SET a = 1").await;
            Ok(())
        })
        .await;

    assert_eq!(written.unwrap_err().wire().0, "general_server_error");
    assert_eq!(names(&app).await, [""]);
}

/// DU-4: a change that is given up in the middle leaves no transaction open.
#[tokio::test]
async fn a_change_that_is_given_up_leaves_nothing_behind() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    for _ in 0..12 {
        let endless = app.app.db.write(async |tx| {
            user::Entity::update_many()
                .col_expr(user::Column::Name, Expr::value("lost"))
                .exec(tx)
                .await?;
            std::future::pending::<()>().await;
            Ok(())
        });
        timeout(Duration::from_millis(50), endless).await.unwrap_err();
    }

    assert_eq!(names(&app).await, [""]);
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    assert_eq!(names(&app).await, ["Ada"]);
}

/// DU-4: a request whose client hangs up, whenever that is, changes nothing, or all that follows a change follows: here those who
/// wait for the user's log are notified.
#[tokio::test]
async fn a_hang_up_leaves_all_or_nothing() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let user = user::Entity::find().one(app.app.db.read()).await.unwrap().unwrap();
    let key = (user.project_id, user.id);
    let rename = async |name: &str, polls| {
        poll_times(ada.run("accountUpdateName", json!({ "name": name })), polls).await
    };

    // Before it has its turn.
    let early = app.app.db.write(async |_| Ok(rename("early", 1).await)).await;
    assert!(!early.unwrap());
    assert_eq!(names(&app).await, [""]);
    // At any point from there on, until one has hung up while its change was committed.
    for round in 0..50 {
        for polls in 1..1_000 {
            let name = format!("{round} {polls}");
            let mut log = app.app.db.log_notifier().subscribe(key.clone());
            let is_answered = rename(&name, polls).await;
            // Behind whatever was begun to be committed.
            app.app.db.write(async |_| Ok(())).await.unwrap();
            // Whoever commits also forgets the account that was kept (SJ-4).
            let seen = ada.query("{ accountGet { name } }").await.field();
            assert_eq!(names(&app).await, [seen["name"].as_str().unwrap()]);
            let is_kept = seen["name"] == name;
            if is_kept {
                log.changed().await;
            } else {
                assert!(!is_answered && log.changed().now_or_never().is_none());
            }
            if is_kept && !is_answered {
                return;
            }
            if is_answered {
                break;
            }
        }
    }
    panic!("no change was committed whose client had hung up");
}
