//! The rights of a session that lacks a second factor.

use std::collections::BTreeSet;
use std::time::Duration;

use accountd::config::Mode;
use serde_json::{Value, json};

use super::{
    ADA, HALF_OPEN, KEEPS_SESSIONS, URL, challenge, get, pass, protected, sign_in_to, switch,
    user_of,
};
use crate::policy::calls;
use crate::support::{PASSWORD, START, Socket, TestApp, none, root_fields};

/// OA-6: a password alone opens half a session: 15 minutes, and few fields know its user.
#[tokio::test]
async fn a_password_alone_opens_half_a_session() {
    let app = TestApp::new().await;
    let (ada, _) = protected(&app, ADA).await;
    app.advance(Duration::from_hours(1));
    let guest = app.guest();
    let sign_in = json!({"email": ADA, "password": PASSWORD});
    let session = guest.run("accountCreateEmailPasswordSession", sign_in).await.field();
    let half = guest.with_session(session["secret"].as_str().unwrap());

    assert_eq!(session["factors"], json!(["password"]));
    assert_eq!(session["mfaUpdatedAt"], Value::Null);
    let end = START + Duration::from_secs(3600 + 30 + 900);
    assert_eq!(session["expire"], end.to_string());
    for (operation, variables) in [
        ("accountGet", none()),
        ("accountGetPrefs", none()),
        ("accountListSessions", none()),
        ("accountGetSession", json!({"sessionId": "current"})),
        ("accountListLogs", none()),
        ("accountCreateJWT", none()),
        ("accountUpdateSession", json!({"sessionId": "current"})),
        ("accountDeleteSession", json!({"sessionId": ada.session_id().await})),
        ("accountDeleteSessions", none()),
        ("accountUpdateMFA", json!({"mfa": false})),
        ("accountUpdateMFAAuthenticator", json!({"type": "totp", "otp": "123456"})),
        ("accountDeleteMFAAuthenticator", json!({"type": "totp"})),
        ("accountUpdateMFARecoveryCodes", none()),
        ("accountUpdateName", json!({"name": "Eve"})),
        ("accountUpdatePassword", json!({"password": "another horse", "oldPassword": PASSWORD})),
        ("accountCreateVerification", json!({"url": URL})),
    ] {
        assert_eq!(half.run(operation, variables).await.error(), HALF_OPEN, "{operation}");
    }
    let rest = half.rest("GET", "/v1/account", Value::Null).await;
    assert_eq!(rest.request_error(), "401 user_more_factors_required");
    let factors = half.run("accountListMFAFactors", none()).await.field();
    assert_eq!(
        factors,
        json!({"totp": true, "phone": false, "email": false, "recoveryCode": false, "custom": false})
    );
    // It hasn't been used so far.
    let user = ada.run("accountGet", none()).await.field();
    assert_eq!(user["accessedAt"], START.to_string());
    let out = half.run("accountDeleteSession", json!({"sessionId": "current"})).await;
    assert_eq!(out.error(), "ok");
    assert_eq!(get(&half).await, "general_unauthorized_scope 401");
    assert_eq!(get(&ada).await, "ok");
}

/// OA-6: the SDL says which fields a half-open session may call, and they are few.
#[tokio::test]
async fn the_sdl_opens_few_fields() {
    let open: BTreeSet<String> = root_fields(Mode::Serve)
        .into_iter()
        .filter(|(_, field)| {
            field.directives.iter().any(|it| it.node.get_argument("halfOpen").is_some())
        })
        .map(|(_, field)| field.name.node.to_string())
        .collect();

    assert_eq!(open, half_open_fields());
}

/// The fields that a half-open session may call, beside those that everyone may.
fn half_open_fields() -> BTreeSet<String> {
    let spellings = ["MFA", "Mfa"].into_iter().flat_map(|mfa| {
        [
            format!("accountList{mfa}Factors"),
            format!("accountCreate{mfa}Challenge"),
            format!("accountUpdate{mfa}Challenge"),
        ]
    });
    spellings.chain(["accountDeleteSession".to_owned()]).collect()
}

/// OA-6: called without sense, each other field that knows its user refuses a half-open session, also one that is added later.
#[tokio::test]
async fn every_other_field_refuses_it() {
    let app = TestApp::with("limits.rates = false").await;
    protected(&app, ADA).await;
    let half = app.sign_in(ADA).await;
    for (name, document) in calls() {
        let as_guest = app.guest().query(&document).await.error();
        let is_public = as_guest != "general_unauthorized_scope 401";
        let error = half.query(&document).await.error();

        // With an id of another session it is refused, too.
        let is_open = half_open_fields().contains(&name) && name != "accountDeleteSession";
        assert_eq!(error == HALF_OPEN, !is_public && !is_open, "{name}: {error}");
    }
}

/// OA-6: a second factor completes the sign-in, which then lives as long as any other.
#[tokio::test]
async fn a_second_factor_completes_the_sign_in() {
    let app = TestApp::new().await;
    let (_, phone) = protected(&app, ADA).await;
    app.advance(Duration::from_hours(1));
    let half = app.sign_in(ADA).await;
    app.advance(Duration::from_mins(5));

    let session = pass(&app, &half, &phone).await;

    assert_eq!(session["factors"], json!(["password", "totp"]));
    assert_eq!(session["current"], true);
    let now = app.clock.now();
    assert_eq!(session["mfaUpdatedAt"], now.to_string());
    let user = half.run("accountGet", none()).await.field();
    assert_eq!(user["accessedAt"], now.to_string());
    app.advance(Duration::from_hours(24 * 29));
    assert_eq!(get(&half).await, "ok");
    let jwt = half.jwt().await;
    assert_eq!(get(&app.guest().with_jwt(&jwt)).await, "ok");
}

/// OA-6: nothing extends a half-open session, and no challenge outlives it.
#[tokio::test]
async fn half_a_session_ends_after_15_minutes() {
    let app = TestApp::new().await;
    let (_, phone) = protected(&app, ADA).await;
    let half = app.sign_in(ADA).await;
    app.advance(Duration::from_secs(14 * 60 + 59));
    assert_eq!(get(&half).await, HALF_OPEN);
    let id = challenge(&half, "totp").await;
    app.advance(Duration::from_secs(1));

    assert_eq!(get(&half).await, "general_unauthorized_scope 401");
    let late = super::answer(&half, &id, &phone.code(&app)).await;
    assert_eq!(late.error(), "general_unauthorized_scope 401");
}

/// OA-9: signing in anew, recovering and asking for the status work beside a half-open session.
#[tokio::test]
async fn public_fields_work_beside_it() {
    let app = TestApp::new().await;
    protected(&app, ADA).await;
    app.sign_up("bob@example.com").await;
    let half = app.sign_in(ADA).await;

    assert_eq!(half.run("accountStatus", none()).await.field(), Value::Null);
    for (operation, variables) in [
        ("accountCreateEmailPasswordSession", json!({"email": ADA, "password": PASSWORD})),
        (
            "accountCreateEmailPasswordSession",
            json!({"email": "bob@example.com", "password": PASSWORD}),
        ),
        ("accountCreateAnonymousSession", none()),
        ("accountCreateEmailToken", json!({"userId": "unique()", "email": ADA})),
        ("accountCreateRecovery", json!({"email": ADA, "url": URL})),
        (
            "accountCreate",
            json!({"userId": "unique()", "email": "new@example.com", "password": PASSWORD}),
        ),
    ] {
        assert_eq!(half.run(operation, variables).await.error(), "ok", "{operation}");
    }
}

/// OA-6: a JWT allows no more than its session, also one from before second factors were turned on.
#[tokio::test]
async fn a_jwt_is_gated_as_its_session_is() {
    let app = TestApp::with(KEEPS_SESSIONS).await;
    let other = user_of(&app, "kept", ADA).await;
    let jwt = app.guest().with("x-appwrite-project", "kept").with_jwt(&other.jwt().await);
    let ada = sign_in_to(&app, "kept", ADA).await;
    let phone = super::enrol(&app, &ada).await;
    assert_eq!(get(&jwt).await, "ok");

    switch(&ada, true).await.data();

    assert_eq!(get(&jwt).await, HALF_OPEN);
    assert_eq!(jwt.run("accountCreateJWT", none()).await.error(), HALF_OPEN);
    pass(&app, &jwt, &phone).await;
    assert_eq!(get(&jwt).await, "ok");
    assert_eq!(get(&other).await, "ok");
}

/// OA-6: a half-open session opens neither a WebSocket nor a subscription.
#[tokio::test]
async fn it_opens_no_subscription() {
    let app = TestApp::new().await;
    protected(&app, ADA).await;
    let half = app.sign_in(ADA).await;

    let mut socket = Socket::open(&app, &[]).await.unwrap();
    let payload = json!({"x-appwrite-session": half.session()});
    socket.send_message(&json!({"type": "connection_init", "payload": payload})).await;
    assert_eq!(socket.closed().await.0, 4403);
    let stream = half
        .with("accept", "text/event-stream")
        .query("subscription { accountEvents { number } }")
        .await;
    assert!(stream.text.contains("user_more_factors_required"), "{}", stream.text);
}

/// OA-9: nobody can end the complete sessions of a user by a password alone.
#[tokio::test]
async fn half_open_sessions_push_no_complete_one_out() {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, _) = protected(&app, ADA).await;

    for _ in 0..25 {
        app.sign_in(ADA).await;
    }

    let sessions = ada.run("accountListSessions", none()).await.field();
    assert_eq!(sessions["total"], 6);
}
