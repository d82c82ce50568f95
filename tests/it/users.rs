//! The Users API, by subject.

use accountd::config::Mode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{Caller, TestApp, fields_of, has_argument, server_sdl};

mod creation;
mod deletion;
mod hashes;
mod logs;
mod password;
mod profile;
mod rest;
mod sessions;
mod signed_in;
mod status;
mod tokens;

/// The fields that take a user's id, each with arguments that are valid.
fn fields_of_a_user() -> Vec<(String, Value)> {
    let fields = fields_of(&server_sdl(Mode::Serve)).into_iter().map(|(_, field)| field);
    let fields = fields.filter(|field| {
        let name = field.name.node.as_str();
        name.starts_with("users") && !name.starts_with("usersCreate") || is_creation(name)
    });
    let fields = fields.filter(|field| has_argument(field, "userId"));
    fields.map(|field| (field.name.node.to_string(), arguments())).collect()
}

/// Whether a field creates something of a user, who exists already.
fn is_creation(field: &str) -> bool {
    ["usersCreateSession", "usersCreateToken", "usersCreateJWT"].contains(&field)
}

/// Valid values of all arguments.
fn arguments() -> Value {
    json!({
        "userId": "ada", "name": "Ada", "email": "new@example.com", "number": "+12065550111",
        "password": "correct horse", "status": false, "labels": ["vip"], "prefs": "{}",
        "emailVerification": false, "phoneVerification": false, "sessionId": "5df5acd0d48c2", "targetId": "t",
        "type": "totp", "mfa": true, "passkeyId": "p",
    })
}

/// The state of a user: all that servers can change.
async fn state(server: &Caller) -> Value {
    let user = server.run("usersGet", json!({"userId": "ada"})).await.field();
    let sessions = server.run("usersListSessions", json!({"userId": "ada"})).await.field();
    let log = server.run("usersListLogs", json!({"userId": "ada"})).await.field();
    json!([user, sessions["total"], log["total"]])
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let app = TestApp::new().await;
    let server = app.server();
    let fields = fields_of_a_user();
    assert!(fields.len() >= 20, "{fields:?}");

    for (field, arguments) in fields {
        let unknown = server.run(&field, arguments.clone()).await;
        let mut malformed = arguments;
        malformed["userId"] = json!("$ada");
        let malformed = server.run(&field, malformed).await;

        assert_eq!(unknown.error(), "user_not_found 404", "{field}");
        assert_eq!(malformed.error(), "general_argument_invalid 400", "{field}");
        assert_eq!(malformed.argument(), "userId", "{field}");
    }
}

/// SJ-12: the user of one project is none for the servers of another, whatever they call.
#[tokio::test]
async fn users_of_other_projects_are_not_found() {
    let app = TestApp::new().await;
    let other = app.guest().with_key("ak_other").with("x-appwrite-project", "other");
    let new = json!({"userId": "ada", "email": "ada@example.com", "password": "correct horse"});
    other.run("usersCreate", new).await.data();
    let session = other.run("usersCreateSession", json!({"userId": "ada"})).await.field();
    let before = state(&other).await;
    let server = app.server();

    for (field, mut arguments) in fields_of_a_user() {
        arguments["sessionId"] = session["_id"].clone();
        let answer = server.run(&field, arguments).await;
        assert_eq!(answer.error(), "user_not_found 404", "{field}");
    }

    assert_eq!(state(&other).await, before);
    // The same id and address are free in this project.
    let new = json!({"userId": "ada", "email": "ada@example.com"});
    assert_eq!(server.run("usersCreate", new).await.error(), "ok");
}

#[tokio::test]
async fn teams_and_targets_are_empty_lists() {
    let app = TestApp::new().await;
    let server = app.server();
    server.run("usersCreate", json!({"userId": "ada"})).await.data();

    for (field, items) in [("usersListMemberships", "memberships"), ("usersListTargets", "targets")]
    {
        let list = server.run(field, json!({"userId": "ada"})).await.field();
        assert_eq!(list, json!({"total": 0, items: []}), "{field}");
    }
}

#[tokio::test]
async fn preferences_are_replaced_and_read() {
    let app = TestApp::new().await;
    let server = app.server();
    server.run("usersCreate", json!({"userId": "ada"})).await.data();
    let empty = server.run("usersGetPrefs", json!({"userId": "ada"})).await.field();
    assert_eq!(empty["data"], "{}");

    let prefs = json!({"userId": "ada", "prefs": {"theme": "dark", "list": [1.5, {}]}});
    let changed = server.run("usersUpdatePrefs", prefs).await.field();
    let read = server.run("usersGetPrefs", json!({"userId": "ada"})).await.field();

    assert_eq!(
        serde_json::from_str::<Value>(changed["data"].as_str().unwrap()).unwrap(),
        json!({"theme": "dark", "list": [1.5, {}]})
    );
    assert_eq!(read, changed);
    for bad in [json!("[]"), json!("no JSON"), json!([1]), json!(7)] {
        let answer = server.run("usersUpdatePrefs", json!({"userId": "ada", "prefs": bad})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{bad}");
    }
}

#[tokio::test]
async fn an_identity_is_unlinked_only_in_its_project() {
    let app = TestApp::new().await;
    let server = app.server();
    server.run("usersCreate", json!({"userId": "ada"})).await.data();
    link(&app, "default", "id1").await;
    let other = app.guest().with_key("ak_other").with("x-appwrite-project", "other");
    let identity = json!({"identityId": "id1"});

    let foreign = other.run("usersDeleteIdentity", identity.clone()).await;
    let own = server.run("usersDeleteIdentity", identity.clone()).await;
    let again = server.run("usersDeleteIdentity", identity).await;

    assert_eq!(foreign.error(), "user_identity_not_found 404");
    assert_eq!(own.field(), json!({"status": "OK"}));
    assert_eq!(again.error(), "user_identity_not_found 404");
    let malformed = server.run("usersDeleteIdentity", json!({"identityId": "$"})).await;
    assert_eq!(malformed.error(), "general_argument_invalid 400");
    let log = server.run("usersListLogs", json!({"userId": "ada"})).await.field();
    assert_eq!(log["logs"][0]["event"], "identity.delete");
}

#[tokio::test]
async fn a_target_is_not_found() {
    let app = TestApp::new().await;
    let server = app.server();
    server.run("usersCreate", json!({"userId": "ada"})).await.data();
    let path = "/v1/users/ada/targets/push";

    for field in ["usersGetTarget", "usersUpdateTarget", "usersDeleteTarget"] {
        let answer = server.run(field, json!({"userId": "ada", "targetId": "push"})).await;
        assert_eq!(answer.error(), "user_target_not_found 404", "{field}");
    }
    for method in ["GET", "PATCH", "DELETE"] {
        let answer = server.rest(method, path, json!({})).await;
        assert_eq!(answer.request_error(), "404 user_target_not_found", "{method}");
    }
}

/// Links a provider account to the user `ada` of a project.
async fn link(app: &TestApp, project: &str, id: &str) {
    let row = format!(
        "INSERT INTO identities (id, project_id, user_id, created_at, updated_at, provider, issuer, subject, email, \
         provider_tokens) VALUES ('{id}', '{project}', 'ada', 0, 0, 'mock', 'https://mock', '{id}', '', '')"
    );
    app.outside().await.execute_unprepared(&row).await.unwrap();
}
