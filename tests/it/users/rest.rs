//! REST under /v1/users, as the official server SDKs call it.

use serde_json::{Value, json};

use crate::support::{Caller, TestApp};

/// The members that the strict models of the SDKs require of a user, with the type of each.
fn check_user(user: &Value) {
    for text in [
        "$id",
        "$createdAt",
        "$updatedAt",
        "name",
        "registration",
        "passwordUpdate",
        "email",
        "phone",
        "accessedAt",
        "password",
        "hash",
    ] {
        assert!(user[text].is_string(), "{text}: {user}");
    }
    for flag in ["status", "emailVerification", "phoneVerification", "mfa"] {
        assert!(user[flag].is_boolean(), "{flag}: {user}");
    }
    for list in ["labels", "targets"] {
        assert!(user[list].is_array(), "{list}: {user}");
    }
    assert!(user["prefs"].is_object(), "{user}");
    assert!(user["hashOptions"]["type"].is_string(), "{user}");
}

async fn call(server: &Caller, method: &str, path: &str, body: Value) -> (u16, Value) {
    let answer = server.rest(method, path, body).await;
    let json = if answer.text.is_empty() { Value::Null } else { answer.json() };
    (answer.status.as_u16(), json)
}

/// Each change answers the user, with the status of the reference.
#[tokio::test]
async fn the_routes_of_a_user_answer_users() {
    let app = TestApp::new().await;
    let server = app.server();
    let new = json!({"userId": "ada", "email": "ada@example.com", "phone": null});
    let (status, user) = call(&server, "POST", "/v1/users", new).await;
    assert_eq!(status, 201);
    check_user(&user);
    assert_eq!(user["passwordUpdate"], "");

    for (method, path, body) in [
        ("GET", "/v1/users/ada", Value::Null),
        ("PATCH", "/v1/users/ada/name", json!({"name": "Ada"})),
        ("PATCH", "/v1/users/ada/email", json!({"email": "lovelace@example.com"})),
        ("PATCH", "/v1/users/ada/phone", json!({"number": "+12065550100"})),
        ("PATCH", "/v1/users/ada/phone", json!({"number": ""})),
        ("PATCH", "/v1/users/ada/password", json!({"password": "correct horse"})),
        ("PATCH", "/v1/users/ada/status", json!({"status": true})),
        ("PUT", "/v1/users/ada/labels", json!({"labels": ["vip"]})),
        ("PUT", "/v1/users/ada/labels", json!({"labels": []})),
        ("PATCH", "/v1/users/ada/verification", json!({"emailVerification": true})),
        ("PATCH", "/v1/users/ada/verification/phone", json!({"phoneVerification": false})),
    ] {
        let (status, user) = call(&server, method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {user}");
        check_user(&user);
    }
    let prefs = json!({"prefs": {"theme": "dark"}});
    let changed = call(&server, "PATCH", "/v1/users/ada/prefs", prefs).await;
    assert_eq!(changed, (200, json!({"theme": "dark"})));
    let read = call(&server, "GET", "/v1/users/ada/prefs", Value::Null).await;
    assert_eq!(read, (200, json!({"theme": "dark"})));
    assert_eq!(call(&server, "DELETE", "/v1/users/ada", json!({})).await, (204, Value::Null));
    let (status, error) = call(&server, "GET", "/v1/users/ada", Value::Null).await;
    assert_eq!((status, &error["type"]), (404, &json!("user_not_found")));
}

#[tokio::test]
async fn the_routes_of_hashes_answer_users() {
    let app = TestApp::new().await;
    let server = app.server();
    let md5 = "5f4dcc3b5aa765d61d8327deb882cf99";
    let new = json!({"userId": "ada", "email": "ada@example.com", "password": md5, "name": "Ada"});

    let (status, user) = call(&server, "POST", "/v1/users/md5", new).await;

    assert_eq!(status, 201, "{user}");
    check_user(&user);
    assert_eq!(user["hash"], "md5");
}

/// Sessions, tokens, JWTs; a DELETE with an empty body, as Node sends it.
#[tokio::test]
async fn the_routes_of_sessions_answer_sessions() {
    let app = TestApp::new().await;
    let server = app.server();
    call(&server, "POST", "/v1/users", json!({"userId": "ada"})).await;

    let (status, session) = call(&server, "POST", "/v1/users/ada/sessions", json!({})).await;
    let (listed, list) =
        call(&server, "GET", "/v1/users/ada/sessions?total=false", Value::Null).await;
    let (created, token) =
        call(&server, "POST", "/v1/users/ada/tokens", json!({"length": 8, "expire": 60})).await;
    let (signed, jwt) = call(&server, "POST", "/v1/users/ada/jwts", json!({})).await;
    let (logged, logs) = call(&server, "GET", "/v1/users/ada/logs", Value::Null).await;

    assert_eq!([status, listed, created, signed, logged], [201, 200, 201, 201, 200]);
    assert_eq!(session.as_object().unwrap().len(), 29, "{session}");
    assert_eq!(session["mfaUpdatedAt"], "");
    assert_eq!([&list["total"], &list["sessions"][0]["secret"]], [&json!(0), &json!("")]);
    assert_eq!(token["secret"].as_str().unwrap().len(), 8);
    assert!(jwt["jwt"].is_string());
    assert_eq!(logs["total"], 3);
    let path = format!("/v1/users/ada/sessions/{}", session["$id"].as_str().unwrap());
    assert_eq!(call(&server, "DELETE", &path, json!({})).await.0, 204);
    assert_eq!(call(&server, "DELETE", "/v1/users/ada/sessions", json!({})).await.0, 204);
    for (path, list) in [
        ("memberships", json!({"total": 0, "memberships": []})),
        ("targets", json!({"total": 0, "targets": []})),
    ] {
        let answer = call(&server, "GET", &format!("/v1/users/ada/{path}"), Value::Null).await;
        assert_eq!(answer, (200, list));
    }
}

/// A missing argument, and an id that no user can have, with a slash that is none of the path's.
#[tokio::test]
async fn bad_requests_are_refused() {
    let app = TestApp::new().await;
    let server = app.server();
    for (method, path, body) in [
        ("POST", "/v1/users", json!({})),
        ("GET", "/v1/users/a%20b%2F%C3%BC", Value::Null),
        ("PATCH", "/v1/users/ada/status", json!({})),
        ("PATCH", "/v1/users/ada/status", json!({"status": "yes"})),
        ("PATCH", "/v1/users/ada/prefs", json!({"prefs": "text"})),
        ("PUT", "/v1/users/ada/labels", json!({})),
    ] {
        let (status, error) = call(&server, method, path, body).await;
        let kind = error["type"].as_str().unwrap();
        assert_eq!((status, kind), (400, "general_argument_invalid"), "{method} {path}: {error}");
    }
}
