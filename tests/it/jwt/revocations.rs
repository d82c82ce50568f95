//! The feed of revocations, for servers that verify tokens by themselves.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::*;
use crate::support::{Answer, Caller, PASSWORD, none};

/// Keys of the scope, for two projects.
const KEYS: &str = r#"
[[projects]]
id = "shop"
[[projects.api_keys]]
# of the key ak_other
hash = "b4c0a2a7c699a282dcdbbf7cef7bde7d9bfa87b2098f3a8cb71588d897751b31"
scopes = ["revocations.read", "users.read", "users.write", "sessions.write"]
"#;
const FEED: &str = "/v1/projects/shop/revocations";

async fn shop() -> TestApp {
    shop_with(KEYS).await
}

async fn shop_with(settings: &str) -> TestApp {
    let app = TestApp::with(settings).await;
    let ada = json!({"userId": "ada", "email": "ada@example.com", "password": PASSWORD});
    guest(&app).run("accountCreate", ada).await.data();
    app
}

fn guest(app: &TestApp) -> Caller {
    app.guest().with("x-appwrite-project", "shop")
}

fn server(app: &TestApp) -> Caller {
    guest(app).with_key("ak_other")
}

async fn sign_in(app: &TestApp) -> (Caller, String) {
    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    let session = guest(app).run("accountCreateEmailPasswordSession", sign_in).await.field();
    let id = session["_id"].as_str().unwrap().to_owned();
    (guest(app).with_session(session["secret"].as_str().unwrap()), id)
}

async fn get(caller: &Caller) -> Answer {
    caller.rest("GET", FEED, Value::Null).await
}

/// The sessions and users of the list: `sid`, or `sub` where it is about all tokens of a user.
async fn revoked(app: &TestApp) -> Vec<String> {
    let answer = get(&server(app)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/jwt");
    let (_, claims) = decoded(&answer.text);
    let list = claims["revocations"].as_array().unwrap().iter();
    list.map(|one| one.get("sid").unwrap_or(&one["sub"]).as_str().unwrap().to_owned()).collect()
}

/// Every way of ending a session, or all tokens of a user, is in the list at once.
#[tokio::test]
async fn every_end_of_a_session_is_listed() {
    let app = shop().await;
    assert!(revoked(&app).await.is_empty());

    let (ada, by_user) = sign_in(&app).await;
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();
    let (ada, by_all) = sign_in(&app).await;
    ada.run("accountDeleteSessions", none()).await.data();
    let (_, other) = sign_in(&app).await;
    let (ada, _) = sign_in(&app).await;
    let password = json!({"password": "battery horse correct", "oldPassword": PASSWORD});
    ada.run("accountUpdatePassword", password).await.data();
    assert_eq!(revoked(&app).await, [by_user.as_str(), by_all.as_str(), other.as_str()]);

    ada.run("accountUpdateStatus", none()).await;
    assert_eq!(revoked(&app).await.last().unwrap(), "ada");
    let before = revoked(&app).await.len();
    server(&app).run("usersDelete", json!({"userId": "ada"})).await.data();
    let after = revoked(&app).await;
    assert!(after.len() > before && after.last().unwrap() == "ada", "{after:?}");
}

/// A revocation is listed for as long as a token of the session may be valid somewhere; then it is deleted.
#[tokio::test]
async fn the_list_is_bounded_by_the_life_of_tokens() {
    let app = shop().await;
    let (ada, id) = sign_in(&app).await;
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();
    app.advance(Duration::from_secs(900 + 5));
    assert_eq!(revoked(&app).await, [id]);

    app.advance(Duration::from_secs(56));

    assert!(revoked(&app).await.is_empty());
    accountd::account::cleanup::purge_tokens(&app.app, app.app.clock.now()).await;
    let rows = entity::revocation::Entity::find().all(app.app.db.read()).await.unwrap();
    assert!(rows.is_empty(), "{rows:?}");
}

/// The list is signed with the project's key, and is no token of a user.
#[tokio::test]
async fn the_list_is_signed_and_cached() {
    let app = shop().await;
    let (ada, id) = sign_in(&app).await;
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();

    let answer = get(&server(&app)).await;

    let (kid, _) = stolen(&app, "shop").await;
    assert_eq!(key_id(&answer.text), kid);
    let (_, claims) = decoded(&answer.text);
    assert_eq!(claims["iss"], "http://localhost:8080/v1/projects/shop");
    assert_eq!(claims["aud"], "http://localhost:8080/v1/projects/shop/revocations");
    let one = &claims["revocations"][0];
    let now = app.app.clock.now().seconds();
    assert_eq!(*one, json!({"sub": "ada", "sid": id, "iat": now, "exp": now + 960}));
    let caller = guest(&app).with_jwt(&answer.text);
    assert_eq!(caller.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 600)));
    let tag = answer.header("etag").to_owned();
    assert_eq!(get(&server(&app).with("if-none-match", &tag)).await.status, 304);
    let (ada, _) = sign_in(&app).await;
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();
    let other = get(&server(&app).with("if-none-match", &tag)).await;
    assert_eq!(other.status, 200);
    // No list is kept that has expired.
    let tag = other.header("etag").to_owned();
    app.advance(Duration::from_mins(5));
    assert_eq!(get(&server(&app).with("if-none-match", &tag)).await.status, 200);
}

/// A session that lacks a second factor from now on is revoked: servers that have its tokens are notified.
#[tokio::test]
async fn sessions_that_become_half_open_are_listed() {
    let kept = "id = \"shop\"\nsecurity.end_other_sessions_on_password_change = false";
    let app = shop_with(&KEYS.replace("id = \"shop\"", kept)).await;
    let (_, other) = sign_in(&app).await;
    let (ada, own) = sign_in(&app).await;
    let enrolment = ada.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await.field();
    let secret = enrolment["secret"].as_str().unwrap();
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let otp = totp.generate(u64::try_from(app.app.clock.now().seconds()).unwrap()).to_string();
    let verify = json!({"type": "totp", "otp": otp});
    ada.run("accountUpdateMFAAuthenticator", verify).await.data();
    let before = revoked(&app).await;

    ada.run("accountUpdateMFA", json!({"mfa": true})).await.data();

    let after = revoked(&app).await;
    assert!(!before.contains(&own) && !after.contains(&own), "{after:?}");
    assert!(after.contains(&other), "{after:?}");
}

/// A project has so many streams at most, and a place is free again when one ends.
#[tokio::test]
async fn a_project_has_a_limited_number_of_streams() {
    let app = shop().await;
    let open = || {
        let handler = app.handler();
        async move {
            let request = Request::get(FEED).header("accept", "text/event-stream");
            let request = request.header("x-appwrite-key", "ak_other").body(Body::empty());
            handler.answer(request.unwrap()).await
        }
    };
    let mut streams = Vec::new();
    for _ in 0..64 {
        let response = open().await;
        assert_eq!(response.status(), 200);
        streams.push(response);
    }

    assert_eq!(open().await.status(), 429);
    streams.pop();
    assert_eq!(open().await.status(), 200);
    app.app.stop();
}

#[tokio::test]
async fn the_list_needs_a_key_of_the_project() {
    let app = shop().await;

    assert_eq!(get(&app.guest()).await.request_error(), "401 general_unauthorized_scope");
    assert_eq!(
        get(&app.guest().with_key("ak_server")).await.request_error(),
        "403 project_id_missing"
    );
    let unlike = app.server().rest("GET", "/v1/projects/default/revocations", Value::Null).await;
    assert_eq!(unlike.request_error(), "401 general_unauthorized_scope");
}

/// A stream has the list, and what is revoked later, by whichever server.
#[tokio::test]
async fn revocations_are_streamed() {
    let app = shop().await;
    let [one, two, _] = app.three().await;
    let (ada, before) = sign_in(&one).await;
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();
    let (ada, later) = sign_in(&one).await;
    let following = {
        let caller = server(&two);
        let request = Request::get(FEED).header("accept", "text/event-stream");
        let request = request.body(Body::empty()).unwrap();
        tokio::spawn(async move { caller.request(request).await })
    };
    sleep(Duration::from_millis(1_500)).await;

    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();

    sleep(Duration::from_secs(2)).await;
    two.app.stop();
    let answer = timeout(Duration::from_secs(20), following).await.unwrap().unwrap();
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let data: Vec<Value> = answer
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    let sessions: Vec<_> = data.iter().map(|one| one["sid"].as_str().unwrap()).collect();
    assert_eq!(sessions, [before, later]);
}
