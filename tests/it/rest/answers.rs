//! Responses: models, errors, headers, cookies.

use serde_json::{Value, json};

use crate::support::{Caller, PASSWORD, START, TestApp, none};

const ADA: &str = "ada@example.com";

async fn get(caller: &Caller, path: &str) -> Value {
    caller.rest("GET", path, Value::Null).await.json()
}

/// The newest clients want every member of a model, and an absent date as an empty text.
#[tokio::test]
async fn models_are_complete() {
    let app = TestApp::new().await;
    let id = app.sign_up(ADA).await;
    let ada = app.sign_in(ADA).await;
    let now = START.to_string();

    let user = get(&ada, "/v1/account").await;
    let anonymous = app.guest().rest("POST", "/v1/account/sessions/anonymous", none()).await.json();
    let anonymous = app.guest().with_session(anonymous["secret"].as_str().unwrap());
    let session = get(&ada, "/v1/account/sessions/current").await;

    assert_eq!(
        user,
        json!({
            "$id": id, "$createdAt": now, "$updatedAt": now, "accessedAt": now, "email": ADA,
            "emailVerification": false, "labels": [], "mfa": false, "name": "", "passwordUpdate": now,
            "phone": "", "phoneVerification": false, "prefs": {}, "registration": now, "status": true,
            "targets": [],
        })
    );
    assert_eq!(get(&anonymous, "/v1/account").await["passwordUpdate"], "");
    assert_eq!(session["userId"], id);
    assert_eq!(session["current"], true);
    assert_eq!(session["secret"], "");
    assert_eq!(session["mfaUpdatedAt"], "");
    assert_eq!(session["providerAccessTokenExpiry"], "");
    assert_eq!(session["factors"], json!(["password"]));
    let list = get(&ada, "/v1/account/sessions").await;
    assert_eq!(list, json!({"total": 1, "sessions": [session]}));
}

/// DL-4: preferences are returned as they were sent: order of keys, numbers, lists, depth.
#[tokio::test]
async fn preferences_are_kept_to_the_letter() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let prefs = r#"{"z":1.0,"a":[1,"two",{}],"big":12345678901234567890123,"é":{"$id":{"_b":[]}},"data":null}"#;
    let request = axum::http::Request::patch("/v1/account/prefs")
        .header("content-type", "application/json")
        .body(format!("{{\"prefs\": {prefs}}}").into())
        .unwrap();

    let user = ada.request(request).await;
    let bare = ada.rest("GET", "/v1/account/prefs", Value::Null).await;
    let data = ada.run("accountGetPrefs", none()).await.field()["data"].clone();

    assert!(user.text.contains(&format!("\"prefs\":{prefs}")), "{}", user.text);
    assert_eq!(bare.text, prefs);
    assert_eq!(data, prefs);
}

/// A text that was stored by GraphQL is the same text here.
#[tokio::test]
async fn preferences_of_graphql_are_an_object_here() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    ada.run("accountUpdatePrefs", json!({"prefs": "{ \"b\": 1,\n \"a\": {} }"})).await.data();

    let bare = ada.rest("GET", "/v1/account/prefs", Value::Null).await;

    assert_eq!(bare.text, "{ \"b\": 1,\n \"a\": {} }");
}

#[tokio::test]
async fn an_error_has_the_body_of_the_reference() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let wrong = json!({"email": ADA, "password": "not the password"});

    let answer = app.guest().rest("POST", "/v1/account/sessions/email", wrong).await;

    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-cache, no-store, must-revalidate");
    assert_eq!(answer.header("ratelimit-limit"), "10");
    assert_eq!(
        answer.json(),
        json!({
            "message": "Invalid credentials. Please check the email and password.",
            "code": 401,
            "type": "user_invalid_credentials",
            "version": env!("CARGO_PKG_VERSION"),
        })
    );
}

/// RL-1: a limit is one, whichever way the calls come.
#[tokio::test]
async fn rest_and_graphql_share_their_limits() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let guest = app.guest();
    let wrong = json!({"email": ADA, "password": "not the password"});
    for path in ["/v1/account/sessions/email", "/v1/account/sessions"].iter().cycle().take(10) {
        let answer = guest.rest("POST", path, wrong.clone()).await;
        assert_eq!(answer.request_error(), "401 user_invalid_credentials");
    }

    let graphql = guest.run("accountCreateEmailPasswordSession", wrong.clone()).await;
    let rest = guest.rest("POST", "/v1/account/sessions/email", wrong).await;

    assert_eq!(graphql.error(), "general_rate_limit_exceeded 429");
    assert_eq!(rest.request_error(), "429 general_rate_limit_exceeded");
    assert_eq!(rest.header("retry-after"), "3600");
    assert_eq!(rest.header("ratelimit-remaining"), "0");
    assert_eq!(rest.header("x-ratelimit-remaining"), "0");
}

/// SJ-12: a session of somebody else reads like one that never was.
#[tokio::test]
async fn sessions_of_others_are_out_of_reach() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.user(ADA).await, app.user("eve@example.com").await);
    let path = format!("/v1/account/sessions/{}", ada.session_id().await);
    for method in ["GET", "PATCH", "DELETE"] {
        let foreign = eve.rest(method, &path, Value::Null).await;
        let unknown = eve.rest(method, "/v1/account/sessions/nobody", Value::Null).await;

        assert_eq!(foreign.request_error(), "404 user_session_not_found", "{method}");
        assert_eq!(foreign.text, unknown.text, "{method}");
    }
    assert_eq!(get(&ada, "/v1/account").await["email"], ADA);
}

/// A browser gets the secret as a cookie and never sees it, and gives the cookie back when it signs out.
#[tokio::test]
async fn a_browser_gets_a_cookie() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let page = app.guest().with("origin", "http://localhost");
    let credentials = json!({"email": ADA, "password": PASSWORD});

    let session = page.rest("POST", "/v1/account/sessions/email", credentials.clone()).await;
    let cookie = session.cookies()[0].split(';').next().unwrap().to_owned();
    let signed_in = page.clone().with("cookie", &cookie);
    let signed_out = signed_in.rest("DELETE", "/v1/account/sessions/current", Value::Null).await;
    let server = app.guest().rest("POST", "/v1/account/sessions/email", credentials).await;

    assert_eq!(session.status, 201);
    assert_eq!(session.json()["secret"], "");
    assert!(session.cookies()[0].contains("HttpOnly"));
    assert_eq!(session.header("access-control-allow-origin"), "http://localhost");
    assert_eq!(session.header("x-fallback-cookies"), "");
    assert_eq!((signed_out.status.as_u16(), signed_out.text.as_str()), (204, ""));
    assert!(
        signed_out.cookies()[0].starts_with("a_session_default=; "),
        "{:?}",
        signed_out.cookies()
    );
    assert_ne!(server.json()["secret"], "");
}

/// Pages may call by every method of a route.
#[tokio::test]
async fn a_preflight_admits_the_methods_of_routes() {
    let app = TestApp::new().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let preflight = axum::http::Request::options("/v1/account")
            .header("origin", "http://localhost")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "x-appwrite-project,content-type")
            .body(axum::body::Body::empty());
        let answer = app.guest().request(preflight.unwrap()).await;

        assert!(answer.header("access-control-allow-methods").contains(method), "{method}");
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
    }
}

/// EN-7: a server error shows nothing but the id by which it is found in the log.
#[tokio::test]
async fn a_fault_has_an_id() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let break_database = "ALTER TABLE security_logs RENAME TO gone";
    sea_orm::ConnectionTrait::execute_unprepared(app.app.db.writer(), break_database)
        .await
        .unwrap();

    let answer = ada.rest("GET", "/v1/account/logs", Value::Null).await;

    let body = answer.json();
    assert_eq!((&body["code"], &body["message"]), (&json!(500), &json!("Server Error")));
    assert_eq!(body["id"].as_str().unwrap().len(), 20);
    assert_eq!(body.as_object().unwrap().len(), 5, "{body}");
}
