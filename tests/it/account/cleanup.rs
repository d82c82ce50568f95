//! Tests of the deletion of expired and abandoned rows.

use std::time::Duration;

use accountd::account::cleanup;
use entity::{security_log, token, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::support::{Caller, PASSWORD, TestApp, none};

const DAY: Duration = Duration::from_hours(24);

/// A project that keeps its log for ten days only, beside the default one.
const RETENTION: &str = r#"
limits.rates = false
[[projects]]
id = "forgetful"
security_log.retention = "10d"
"#;

async fn anonymous(app: &TestApp) -> Caller {
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    app.guest().with_session(opened["secret"].as_str().unwrap())
}

/// OA-5: an anonymous user vanishes after 30 days; who has become somebody, or is still signed in, stays.
#[tokio::test]
async fn an_anonymous_user_vanishes_after_a_month() {
    let app = TestApp::with("limits.rates = false").await;
    anonymous(&app).await;
    let returning = anonymous(&app).await;
    app.user("ada@example.com").await;
    let remaining = async || {
        cleanup::purge(&app.app, app.app.clock.now()).await;
        user::Entity::find().all(app.app.db.read()).await.unwrap().len()
    };
    app.advance(29 * DAY);
    returning.run("accountUpdateSession", json!({"sessionId": "current"})).await.data();
    assert_eq!(remaining().await, 3);
    let logged = security_log::Entity::find().all(app.app.db.read()).await.unwrap().len();

    app.advance(DAY);

    assert_eq!(remaining().await, 2);
    let left = security_log::Entity::find().all(app.app.db.read()).await.unwrap().len();
    assert_eq!(logged - left, 2);
    assert_eq!(returning.run("accountGet", none()).await.error(), "ok");
    app.advance(30 * DAY);
    assert_eq!(remaining().await, 1);
}

/// OA-5: only who came anonymously vanishes. Whom a server has created or imported stays, without an address, too, and so does
/// who has lost it; these come back by what the server or its operator gives them.
#[tokio::test]
async fn users_of_servers_do_not_vanish() {
    let app = TestApp::with("limits.rates = false").await;
    let server = app.server();
    let old = "2020-02-29T10:00:00Z";
    let rows = [
        json!({"id": "imported", "name": "Only Id", "labels": ["vip"], "createdAt": old}),
        json!({"id": "blocked", "status": false, "createdAt": old}),
        json!({"id": "nameless", "email": "ada@example.com", "createdAt": old}),
    ];
    let rows: Vec<_> = rows.iter().map(ToString::to_string).collect();
    let imported = server.run("usersImport", json!({"rows": rows})).await.field();
    assert_eq!(imported["created"], 3);
    server.run("usersUpdateEmail", json!({"userId": "nameless", "email": ""})).await.data();
    server.run("usersCreate", json!({"userId": "created"})).await.data();
    server.run("usersCreateSession", json!({"userId": "created"})).await.data();
    server.run("usersDeleteSessions", json!({"userId": "created"})).await.data();
    let bob = app.user("bob@example.com").await;
    let bob = bob.query("{ accountGet { _id } }").await.field()["_id"].clone();
    server.run("usersUpdateEmail", json!({"userId": bob, "email": ""})).await.data();
    server.run("usersUpdatePassword", json!({"userId": bob, "password": ""})).await.data();
    anonymous(&app).await.run("accountDeleteSessions", none()).await.data();

    for days in [1, 30, 400] {
        app.advance(days * DAY);
        cleanup::purge(&app.app, app.app.clock.now()).await;

        let left = user::Entity::find().all(app.app.db.read()).await.unwrap();
        let expected = if days == 1 { 6 } else { 5 };
        assert_eq!(left.len(), expected, "{days} days later");
    }
}

/// Rows of the log that belong to no user are deleted after a month.
#[tokio::test]
async fn failures_of_nobody_are_forgotten() {
    let app = TestApp::with("limits.rates = false").await;
    app.user("ada@example.com").await;
    let wrong = json!({"email": "nobody@example.com", "password": "not a password"});
    app.guest().run("accountCreateEmailSession", wrong).await;
    let rows = async || {
        cleanup::purge(&app.app, app.app.clock.now()).await;
        security_log::Entity::find().all(app.app.db.read()).await.unwrap().len()
    };
    assert_eq!(rows().await, 3);

    app.advance(30 * DAY);

    assert_eq!(rows().await, 2);
}

/// Entries older than the retention go, those of another project stay. The total and pages are of what is left, and no
/// number is given twice, so a subscriber misses nothing.
#[tokio::test]
async fn entries_older_than_the_retention_are_deleted() {
    let app = TestApp::with(RETENTION).await;
    app.user("grace@example.com").await;
    let guest = app.guest().with("x-appwrite-project", "forgetful");
    let ada = json!({"email": "ada@example.com", "password": PASSWORD});
    let mut new = ada.clone();
    new["userId"] = "ada".into();
    guest.run("accountCreate", new).await.data();
    let session = guest.run("accountCreateEmailSession", ada).await.field();
    let ada = guest.with_session(session["secret"].as_str().unwrap());
    let numbers = async || {
        cleanup::purge(&app.app, app.app.clock.now()).await;
        let rows =
            security_log::Entity::find().filter(security_log::Column::ProjectId.eq("forgetful"));
        let rows =
            rows.order_by_asc(security_log::Column::Id).all(app.app.db.read()).await.unwrap();
        rows.into_iter().map(|row| row.number).collect::<Vec<_>>()
    };
    let rename =
        async |name: &str| ada.run("accountUpdateName", json!({"name": name})).await.data();
    assert_eq!(numbers().await, [1, 2]);

    app.advance(9 * DAY);
    rename("Ada").await;
    assert_eq!(numbers().await, [1, 2, 3]);
    app.advance(DAY);

    assert_eq!(numbers().await, [3]);
    let page = ada.run("accountListLogs", json!({"queries": ["limit(2)"]})).await.field();
    assert_eq!((page["total"].as_u64(), page["logs"].as_array().unwrap().len()), (Some(1), 1));
    app.advance(10 * DAY);
    assert_eq!(numbers().await, [0; 0]);
    rename("Augusta").await;
    let [number] = numbers().await[..] else { panic!() };
    assert!(number > 3, "{number}");
    let page = ada.run("accountListLogs", json!({"queries": []})).await.field();
    assert_eq!((page["total"].as_u64(), page["logs"].as_array().unwrap().len()), (Some(1), 1));
    let left = security_log::Entity::find().filter(security_log::Column::ProjectId.eq("default"));
    assert_eq!(left.all(app.app.db.read()).await.unwrap().len(), 2);
}

/// OT-7: an expired secret is deleted though nobody shows it; one that is live stays.
#[tokio::test]
async fn expired_secrets_are_deleted() {
    let app = TestApp::new().await;
    app.user("ada@example.com").await;
    let ask = async || {
        let variables = json!({"email": "ada@example.com", "url": "https://app.example.com/reset"});
        app.guest().run("accountCreateRecovery", variables).await.data();
    };
    let rest = async || {
        cleanup::purge_tokens(&app.app, app.app.clock.now()).await;
        token::Entity::find().all(app.app.db.read()).await.unwrap().len()
    };
    ask().await;
    app.advance(Duration::from_mins(59));
    ask().await;
    assert_eq!(rest().await, 2);

    app.advance(Duration::from_mins(1));

    assert_eq!(rest().await, 1);
}
