//! usersListSessions, usersCreateSession, usersDeleteSession, usersDeleteSessions, usersCreateJWT.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Browser, Caller, Provider, TestApp, none};

const ADA: &str = "ada";

/// A server with the user `ada`.
async fn server_of_ada(app: &TestApp) -> Caller {
    let server = app.server();
    let new =
        json!({"userId": ADA, "email": "ada@example.com", "password": crate::support::PASSWORD});
    server.run("usersCreate", new).await.data();
    server
}

async fn open(server: &Caller) -> Value {
    server.run("usersCreateSession", json!({"userId": ADA})).await.field()
}

/// The answer has the secret, which signs in; no cookie, no mail.
#[tokio::test]
async fn a_server_opens_a_session() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;

    let answer = server.run("usersCreateSession", json!({"userId": ADA})).await;

    let session = answer.field();
    assert_eq!(answer.cookies(), [""; 0]);
    assert_eq!([&session["provider"], &session["providerUid"]], ["server", ""]);
    assert_eq!(session["factors"], json!(["server"]));
    assert_eq!(session["current"], false);
    assert_eq!(session["expire"], "2026-12-23T12:00:00.000+00:00");
    let ada = app.guest().with_session(session["secret"].as_str().unwrap());
    assert_eq!(ada.run("accountGet", none()).await.field()["_id"], ADA);
    assert_eq!(ada.session_id().await, session["_id"].as_str().unwrap());
    assert_eq!(app.count_messages("ada@example.com").await, 0);
}

/// A server's own device is none that the user is warned about.
#[tokio::test]
async fn a_servers_device_is_none_of_the_users() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    app.sign_in("ada@example.com").await;

    server
        .clone()
        .with("user-agent", "curl/8.0")
        .run("usersCreateSession", json!({"userId": ADA}))
        .await
        .data();

    assert_eq!(app.count_messages("ada@example.com").await, 0);
}

/// SJ-13: nor may a server sign in who is blocked.
#[tokio::test]
async fn a_blocked_user_gets_no_session() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let block = json!({"userId": ADA, "status": false});
    server.run("usersUpdateStatus", block).await.data();

    let answer = server.run("usersCreateSession", json!({"userId": ADA})).await;

    assert_eq!(answer.error(), "user_blocked 403");
}

/// SJ-10: the eleventh session ends the oldest.
#[tokio::test]
async fn a_user_has_ten_sessions_at_most() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let first = open(&server).await;
    for _ in 0..10 {
        app.advance(Duration::from_secs(1));
        open(&server).await;
    }

    let list = server.run("usersListSessions", json!({"userId": ADA})).await.field();

    assert_eq!(list["total"], 10);
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 10);
    assert!(sessions.iter().all(|session| session["_id"] != first["_id"]), "{first}");
}

/// Secrets of sessions are never shown again.
#[tokio::test]
async fn sessions_are_listed_without_secrets() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let first = open(&server).await;
    app.advance(Duration::from_secs(1));
    let ada = app.sign_in("ada@example.com").await;

    let document = "query($total: Boolean) { usersListSessions(userId: \"ada\", total: $total) {
        total sessions { _id secret current provider } } }";
    let query = async |total: Option<bool>| {
        server.send(&json!({"query": document, "variables": {"total": total}})).await.field()
    };

    let list = query(None).await;
    assert_eq!(
        list,
        json!({"total": 2, "sessions": [
            {"_id": first["_id"], "secret": "", "current": false, "provider": "server"},
            {"_id": ada.session_id().await, "secret": "", "current": false, "provider": "email"},
        ]})
    );
    assert_eq!(query(Some(false)).await["total"], 0);
    assert_eq!(query(Some(true)).await["total"], 2);
}

#[tokio::test]
async fn one_session_is_ended_or_all() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    server.run("usersCreate", json!({"userId": "eve"})).await.data();
    let first = open(&server).await;
    let second = open(&server).await;
    let delete = async |user: &str, session: &Value| {
        let variables = json!({"userId": user, "sessionId": session["_id"]});
        server.run("usersDeleteSession", variables).await
    };
    let callers = [&first, &second]
        .map(|session| app.guest().with_session(session["secret"].as_str().unwrap()));

    assert_eq!(delete("eve", &first).await.error(), "user_session_not_found 404");
    assert_eq!(callers[0].run("accountGet", none()).await.error(), "ok");
    assert_eq!(delete(ADA, &first).await.field(), json!({"status": "OK"}));
    assert_eq!(delete(ADA, &first).await.error(), "user_session_not_found 404");
    let malformed = delete(ADA, &json!({"_id": "$"})).await;
    assert_eq!(malformed.error(), "general_argument_invalid 400");
    // There is no current one for a server.
    let current = delete(ADA, &json!({"_id": "current"})).await;
    assert_eq!(current.error(), "user_session_not_found 404");
    assert_eq!(
        callers[0].run("accountGet", none()).await.error(),
        "general_unauthorized_scope 401"
    );
    assert_eq!(callers[1].run("accountGet", none()).await.error(), "ok");

    for _ in 0..2 {
        let all = server.run("usersDeleteSessions", json!({"userId": ADA})).await;
        assert_eq!(all.field(), json!({"status": "OK"}));
    }
    assert_eq!(
        callers[1].run("accountGet", none()).await.error(),
        "general_unauthorized_scope 401"
    );
}

/// A JWT always names a session, and ends with it.
#[tokio::test]
async fn a_jwt_is_of_a_session() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let create = async |variables: Value| {
        let mut variables = variables;
        variables["userId"] = json!(ADA);
        server.run("usersCreateJWT", variables).await
    };
    for none in [json!({}), json!({"sessionId": "recent"}), json!({"sessionId": "unknown"})] {
        assert_eq!(create(none).await.error(), "user_session_not_found 404");
    }
    let first = open(&server).await;
    app.advance(Duration::from_secs(1));
    let second = open(&server).await;

    let recent = create(json!({})).await.field();
    let of_first = create(json!({"sessionId": first["_id"], "duration": 60})).await.field();
    let expired = create(json!({"duration": 0})).await.field();

    let caller = |jwt: &Value| app.guest().with_jwt(jwt["jwt"].as_str().unwrap());
    assert_eq!(caller(&recent).session_id().await, second["_id"].as_str().unwrap());
    assert_eq!(caller(&of_first).session_id().await, first["_id"].as_str().unwrap());
    let expired = caller(&expired).run("accountGet", none()).await;
    assert_eq!(expired.error(), "user_jwt_invalid 401");
    for duration in [-1, 3601] {
        let answer = create(json!({"duration": duration})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "duration");
    }
    app.advance(Duration::from_secs(66));
    let later = caller(&of_first).run("accountGet", none()).await;
    assert_eq!(later.error(), "user_jwt_invalid 401");
    assert_eq!(caller(&recent).run("accountGet", none()).await.error(), "ok");
    server.run("usersDeleteSessions", json!({"userId": ADA})).await.data();
    assert_eq!(caller(&recent).run("accountGet", none()).await.error(), "user_jwt_invalid 401");
}

/// The tokens of a provider are the user's: servers get none, whatever their scopes.
#[tokio::test]
async fn servers_see_no_tokens_of_providers() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let secret = Browser::new(app.guest()).fetch_token(&provider, "fake").await;
    let session = app.guest().run("accountCreateSession", secret).await.field();
    let ada = app.guest().with_session(session["secret"].as_str().unwrap());
    let of_ada = json!({"userId": session["userId"]});
    let tokens = |row: &Value| {
        let names = ["providerAccessToken", "providerRefreshToken", "providerAccessTokenExpiry"];
        names.map(|name| row[name].clone())
    };
    let none = [json!(""), json!(""), Value::Null];

    let own_session = ada.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    let own_identities = ada.run("accountListIdentities", json!({})).await.field();
    let sessions = app.server().run("usersListSessions", of_ada).await.field();
    let identities = app.server().run("usersListIdentities", json!({})).await.field();
    let by_rest = app.server().rest("GET", "/v1/users/identities", Value::Null).await.json();

    assert!(!tokens(&own_session).contains(&json!("")), "{own_session}");
    assert!(!tokens(&own_identities["identities"][0]).contains(&json!("")), "{own_identities}");
    assert_eq!(tokens(&sessions["sessions"][0]), none);
    assert_eq!(tokens(&identities["identities"][0]), none);
    assert_eq!(sessions["sessions"][0]["providerUid"], own_session["providerUid"]);
    assert_eq!(by_rest["identities"][0]["providerAccessToken"], "");
    assert_eq!(by_rest["identities"][0]["providerRefreshToken"], "");
}
