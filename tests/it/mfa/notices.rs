//! Alerts about second factors, and which sessions end.

use std::time::Duration;

use accountd::outbox::worker;
use entity::message;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{
    ADA, KEEPS_SESSIONS, Phone, get, pass, protected, sign_in_by_mail, sign_in_to, switch, user_of,
    verify_email,
};
use crate::support::{Browser, Caller, TestApp, none};

/// The kinds of the mails that an address got, in the order in which they were written.
pub(super) async fn kinds(app: &TestApp) -> Vec<String> {
    let mails = message::Entity::find()
        .filter(message::Column::Recipient.eq(ADA))
        .filter(message::Column::DueAt.lte(app.clock.now()))
        .all(app.app.db.read())
        .await
        .unwrap();
    let mut mails: Vec<_> = mails.into_iter().map(|mail| (mail.id, mail.kind)).collect();
    mails.sort();
    mails.into_iter().map(|(_, kind)| kind).collect()
}

async fn incomplete(app: &TestApp) -> usize {
    kinds(app).await.iter().filter(|kind| *kind == "sign_in_incomplete").count()
}

/// OA-10, DL-8: each change of factors is mailed and logged, and ends the other sessions.
#[tokio::test]
async fn each_change_is_alerted_and_ends_other_sessions() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let end = async |other: &Caller, kind: &str| {
        assert_eq!(get(other).await, "general_unauthorized_scope 401", "{kind}");
        assert_eq!(get(&ada).await, "ok", "{kind}");
        let mail = app.newest(ADA).await;
        assert_eq!(mail["kind"], kind);
        assert!(!mail["text"].as_str().unwrap().contains("://"));
        assert_eq!(mail["secret"], "");
    };
    let other = app.sign_in(ADA).await;
    let add = json!({"type": "totp"});
    let enrolment = ada.run("accountCreateMFAAuthenticator", add.clone()).await.field();
    let phone = Phone::new(&enrolment);
    assert_eq!(get(&other).await, "ok");
    let verify = json!({"type": "totp", "otp": phone.code(&app)});
    ada.run("accountUpdateMFAAuthenticator", verify).await.data();
    end(&other, "authenticator_added").await;
    let other = app.sign_in(ADA).await;
    switch(&ada, true).await.data();
    end(&other, "mfa_enabled").await;
    ada.run("accountCreateMFARecoveryCodes", none()).await.data();
    assert_eq!(app.newest(ADA).await["kind"], "recovery_codes_created");
    app.advance(Duration::from_secs(30));
    let other = app.sign_in(ADA).await;
    pass(&app, &other, &phone).await;
    ada.run("accountDeleteMFAAuthenticator", add).await.data();
    end(&other, "authenticator_removed").await;
    let other = app.sign_in(ADA).await;
    switch(&ada, false).await.data();
    end(&other, "mfa_disabled").await;
    let before = kinds(&app).await.len();
    switch(&ada, false).await.data();
    assert_eq!(kinds(&app).await.len(), before);

    let logs = ada.run("accountListLogs", none()).await.field();
    let logs: Vec<_> =
        logs["logs"].as_array().unwrap().iter().map(|log| log["event"].as_str().unwrap()).collect();
    for event in [
        "authenticator.create",
        "authenticator.update",
        "authenticator.delete",
        "user.update",
        "recoveryCodes.create",
        "session.create.pending",
        "challenge.create",
        "challenge.update",
    ] {
        assert!(logs.contains(&event), "{event} {logs:?}");
    }
}

/// OA-10: a project that keeps other sessions after a change of the password keeps them here, too.
#[tokio::test]
async fn a_project_may_keep_other_sessions() {
    let app = TestApp::with(KEEPS_SESSIONS).await;
    let other = user_of(&app, "kept", ADA).await;
    let ada = sign_in_to(&app, "kept", ADA).await;

    super::enrol(&app, &ada).await;

    assert_eq!(get(&other).await, "ok");
}

/// OA-10: a sign-in with the password and no second factor is mailed, once, 15 minutes later, also after a restart.
#[tokio::test]
async fn an_uncompleted_sign_in_is_alerted() {
    let app = TestApp::new().await;
    protected(&app, ADA).await;
    app.sign_in(ADA).await;
    app.advance(Duration::from_secs(899));
    assert_eq!(incomplete(&app).await, 0);
    assert_ne!(app.newest(ADA).await["kind"], "sign_in_incomplete");
    worker::deliver_due(&app.app).await.unwrap();

    let app = app.restarted().await;
    app.advance(Duration::from_secs(1));

    let mail = app.newest(ADA).await;
    assert_eq!(mail["kind"], "sign_in_incomplete");
    for _ in 0..3 {
        worker::deliver_due(&app.app).await.unwrap();
        app.advance(Duration::from_mins(20));
    }
    assert_eq!(incomplete(&app).await, 1);
    let sent = message::Entity::find()
        .filter(message::Column::Kind.eq("sign_in_incomplete"))
        .all(app.app.db.read())
        .await
        .unwrap();
    assert_eq!((sent.len(), sent[0].attempts.get()), (1, 1));
}

/// OA-10: signing out of half a session doesn't hide it, and completing one hides only that one.
#[tokio::test]
async fn a_completed_sign_in_is_not_alerted() {
    let app = TestApp::new().await;
    let (_, phone) = protected(&app, ADA).await;
    let thief = app.sign_in(ADA).await;
    let own = app.sign_in(ADA).await;
    pass(&app, &own, &phone).await;
    thief.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();

    app.advance(Duration::from_mins(15));

    assert_eq!(incomplete(&app).await, 1);
    assert_eq!(get(&own).await, "ok");
}

/// OA-10: a new device is mailed when the sign-in is complete.
#[tokio::test]
async fn a_new_device_is_alerted_once_signed_in() {
    let app = TestApp::new().await;
    let (_, phone) = protected(&app, ADA).await;
    let caller = app.guest().with(
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    );
    let variables = json!({"email": ADA, "password": crate::support::PASSWORD});
    let session = caller.run("accountCreateEmailPasswordSession", variables).await.field();
    let half = caller.with_session(session["secret"].as_str().unwrap());
    assert!(!kinds(&app).await.contains(&"new_device".to_owned()));

    pass(&app, &half, &phone).await;

    assert_eq!(app.newest(ADA).await["kind"], "new_device");
}

/// OA-10, SJ-9: a browser gets a new cookie when the sign-in is complete; the one from before is invalid.
#[tokio::test]
async fn a_browser_gets_a_new_cookie() {
    let app = TestApp::new().await;
    let (_, phone) = protected(&app, ADA).await;
    let half = app.sign_in(ADA).await;
    let mut browser = Browser::new(app.guest()).signed_in(half.session());
    let post = |path: &str, method: &str, body: serde_json::Value| {
        axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("x-appwrite-project", "default")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap()
    };
    let created = post("/v1/account/mfa/challenge", "POST", json!({"factor": "totp"}));
    let id = browser.send(created).await.json()["$id"].clone();
    let proof = json!({"challengeId": id, "otp": phone.code(&app)});
    let passed = browser.send(post("/v1/account/mfa/challenge", "PUT", proof)).await;

    assert_eq!(passed.status, 200, "{}", passed.text);
    assert_ne!(browser.session(), half.session());
    assert_eq!(get(&browser.user()).await, "ok");
    assert_eq!(get(&half).await, "general_unauthorized_scope 401");
}

/// OA-10: a sign-in by e-mail that isn't completed is mailed, too.
#[tokio::test]
async fn other_methods_are_reported_too() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    verify_email(&app, &ada, ADA).await;
    super::enrol(&app, &ada).await;
    switch(&ada, true).await.data();
    sign_in_by_mail(&app, ADA).await;

    app.advance(Duration::from_mins(15));

    assert_eq!(incomplete(&app).await, 1);
}
