//! API keys: which are valid, and what they open.

use std::time::Duration;

use accountd::account::cleanup;
use accountd::config::KeyHash;
use entity::{ApiKeyId, ProjectId, Timestamp, api_key};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use crate::support::{Caller, START, TestApp, none};

mod fields;
mod schemas;

const ADA: &str = "ada@example.com";

/// Stores a key of the project `default`.
async fn store(app: &TestApp, key: &str, scopes: &str) -> api_key::Model {
    let row = api_key::Model {
        id: ApiKeyId::new(format!("id of {key}")),
        project_id: ProjectId::new("default"),
        name: "Stored".to_owned(),
        hash: KeyHash::of(key).to_string(),
        scopes: scopes.to_owned(),
        created_at: START,
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    insert(app, row.clone()).await;
    row
}

async fn insert(app: &TestApp, row: api_key::Model) {
    let row = row.into_active_model();
    api_key::Entity::insert(row).exec_without_returning(app.app.db.writer()).await.unwrap();
}

/// Changes a stored key.
async fn update(app: &TestApp, change: api_key::ActiveModel) {
    change.update(app.app.db.writer()).await.unwrap();
}

async fn get_user(caller: &Caller, id: &str) -> String {
    caller.rest("GET", &format!("/v1/users/{id}"), Value::Null).await.request_error()
}

/// The error of a caller without a session by GraphQL: HTTP status and type of the refusal, or of the field's error.
async fn get_account(caller: &Caller) -> String {
    let answer = caller.run("accountGet", none()).await;
    if answer.status == 200 { answer.error() } else { answer.request_error() }
}

#[tokio::test]
async fn a_key_that_is_not_valid_is_refused() {
    let app = TestApp::new().await;
    let shop = |key: &str| app.guest().with_key(key).with("x-appwrite-project", "other");

    for (caller, outcome) in [
        (app.guest().with_key("ak_server"), "general_unauthorized_scope 401"),
        (app.guest().with_key(" "), "general_unauthorized_scope 401"),
        (app.guest().with_key("ak_unknown"), "401 user_unauthorized"),
        (app.guest().with_key("ak_other"), "403 project_id_missing"),
        (shop("ak_other"), "general_unauthorized_scope 401"),
        (shop("ak_server"), "403 project_id_missing"),
        (
            app.guest().with_key("ak_server").with("x-appwrite-project", "none"),
            "404 project_not_found",
        ),
    ] {
        assert_eq!(get_account(&caller).await, outcome);
    }
}

/// A session doesn't make up for a key that isn't valid.
#[tokio::test]
async fn a_session_beside_a_bad_key_is_refused_too() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;

    assert_eq!(get_account(&ada.clone().with_key("ak_server")).await, "ok");
    assert_eq!(get_account(&ada.with_key("ak_unknown")).await, "401 user_unauthorized");
}

#[tokio::test]
async fn a_key_expires() {
    let app = TestApp::new().await;
    let key = store(&app, "ak_stored", "users.read").await;
    let expires_at = Set(Some(START + Duration::from_hours(12)));
    update(&app, api_key::ActiveModel { expires_at, ..key.into_active_model() }).await;
    let servers = ["ak_expired", "ak_stored"].map(|key| app.guest().with_key(key));

    for server in &servers {
        assert_eq!(get_user(server, "nobody").await, "404 user_not_found");
    }
    app.advance(Duration::from_hours(12));
    for server in &servers {
        assert_eq!(get_user(server, "nobody").await, "401 project_key_expired");
    }
}

/// AV-9: a stored key that has expired stays so when the clock is set back across a restart, whether it was shown or not.
#[tokio::test]
async fn an_expired_key_stays_expired() {
    let (half, day) = (Duration::from_hours(12), Duration::from_hours(24));
    for is_shown in [true, false] {
        let app = TestApp::new().await;
        for key in ["ak_stored", "ak_lasting"] {
            let row = store(&app, key, "users.read").await;
            let expires_at = Set((key == "ak_stored").then_some(START + half));
            update(&app, api_key::ActiveModel { expires_at, ..row.into_active_model() }).await;
        }
        let ask = async |app: &TestApp, key: &str| get_user(&app.guest().with_key(key), "a").await;
        // Only by a clock that was set ahead: it comes back.
        app.clock.set_ahead(half);
        assert_eq!(ask(&app, "ak_stored").await, "401 project_key_expired");
        app.clock.set_back(half);
        assert_eq!(ask(&app, "ak_stored").await, "404 user_not_found");

        app.advance(half);
        if is_shown {
            assert_eq!(ask(&app, "ak_stored").await, "401 project_key_expired");
        } else {
            cleanup::purge(&app.app, app.clock.steady()).await;
        }
        app.clock.set_back(day);
        let app = app.restarted().await;

        assert_eq!(ask(&app, "ak_stored").await, "401 project_key_expired", "{is_shown}");
        assert_eq!(ask(&app, "ak_lasting").await, "404 user_not_found");
    }
}

#[tokio::test]
async fn a_stored_key_is_valid_until_it_is_revoked() {
    let app = TestApp::new().await;
    let ada = app.sign_up(ADA).await;
    let key = store(&app, "ak_stored", "users.read users.write scope.of.tomorrow").await;
    let server = app.guest().with_key("ak_stored");

    let user = server.run("usersGet", json!({"userId": ada})).await.field();
    let elsewhere = server.clone().with("x-appwrite-project", "other");
    let elsewhere = get_user(&elsewhere, &ada).await;
    let revoked_at = Set(Some(START));
    update(&app, api_key::ActiveModel { revoked_at, ..key.into_active_model() }).await;
    let revoked = server.run("usersGet", json!({"userId": ada})).await;

    assert_eq!(user["email"], ADA);
    assert_eq!(elsewhere, "403 project_id_missing");
    assert_eq!(revoked.request_error(), "401 user_unauthorized");
    assert!(revoked.text.contains("the API key was revoked"), "{}", revoked.text);
}

/// The last use is recorded once an hour, and by no request that waits for it.
#[tokio::test]
async fn the_hour_of_the_last_use_is_recorded() {
    let app = TestApp::new().await;
    let key = store(&app, "ak_stored", "users.read").await;
    let server = app.guest().with_key("ak_stored");
    let recorded = async |expected: Timestamp| loop {
        let row = api_key::Entity::find_by_id(key.id.clone()).one(app.app.db.read()).await;
        match row.unwrap().unwrap().last_used_at {
            Some(time) if time == expected => break,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };

    app.advance(Duration::from_mins(20));
    get_user(&server, "nobody").await;
    recorded(START).await;
    app.advance(Duration::from_mins(41));
    get_user(&server, "nobody").await;
    recorded(START + Duration::from_hours(1)).await;
}

/// RL: only the scope `limits.exempt` lifts limits.
#[tokio::test]
async fn only_one_scope_lifts_limits() {
    let app = TestApp::new().await;
    let recover = async |caller: &Caller| {
        let variables = json!({"email": ADA, "url": "http://localhost/"});
        caller.run("accountCreateRecovery", variables).await.error()
    };
    let server = app.guest().with_key("ak_server");
    for _ in 0..10 {
        assert_eq!(recover(&server).await, "ok");
    }

    assert_eq!(recover(&server).await, "general_rate_limit_exceeded 429");
    assert_eq!(recover(&app.guest().with_key("ak_exempt")).await, "ok");
}
