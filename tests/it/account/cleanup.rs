//! What is deleted once it is over.

use std::time::Duration;

use accountd::account::cleanup;
use entity::{security_log, token, user};
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{Caller, TestApp, none};

const DAY: Duration = Duration::from_hours(24);

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

/// What the log tells of nobody goes after a month.
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

/// OT-7: an expired secret is deleted though nobody shows it; one that is live stays.
#[tokio::test]
async fn expired_secrets_are_deleted() {
    let app = TestApp::new().await;
    app.user("ada@example.com").await;
    let ask = async || {
        let asked = json!({"email": "ada@example.com", "url": "https://app.example.com/reset"});
        app.guest().run("accountCreateRecovery", asked).await.data();
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
