//! Authenticator apps.

use std::collections::BTreeSet;
use std::time::Duration;

use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{ADA, Phone, WRONG, answer, challenge, create, enrol, get, pass, protected, switch};
use crate::support::{Answer, Caller, TestApp, none};

async fn add(caller: &Caller, kind: &str) -> Answer {
    caller.run("accountCreateMFAAuthenticator", json!({"type": kind})).await
}

async fn verify(caller: &Caller, otp: &str) -> Answer {
    caller.run("accountUpdateMFAAuthenticator", json!({"type": "totp", "otp": otp})).await
}

async fn remove(caller: &Caller) -> Answer {
    caller.run("accountDeleteMFAAuthenticator", json!({"type": "totp"})).await
}

/// OA-8: secret, URI and QR code come once; a second call replaces them until a code was verified.
#[tokio::test]
async fn an_app_is_added_and_verified() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    assert_eq!(verify(&ada, "123456").await.error(), "user_authenticator_not_found 404");
    assert_eq!(remove(&ada).await.error(), "user_authenticator_not_found 404");
    assert_eq!(add(&ada, "sms").await.error(), "general_argument_invalid 400");

    let first = add(&ada, "totp").await.field();
    let second = add(&ada, "TOTP").await.field();

    assert_ne!(first["secret"], second["secret"]);
    let uri = second["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Default"), "{uri}");
    assert!(uri.contains(second["secret"].as_str().unwrap()), "{uri}");
    assert!(second["qrCode"].as_str().unwrap().starts_with("<svg"), "{second}");
    assert_eq!(verify(&ada, &Phone::new(&first).code(&app)).await.error(), WRONG);
    let phone = Phone::new(&second);
    assert_eq!(verify(&ada, &phone.wrong_code(&app)).await.error(), WRONG);
    let factors = async || ada.run("accountListMFAFactors", none()).await.field()["totp"].clone();
    assert_eq!(factors().await, false);
    // Typed as the app shows it.
    let code = phone.code(&app);
    let typed = format!(" {} {} ", &code[..3], &code[3..]);
    let user = verify(&ada, &typed).await.field();
    assert_eq!(user["mfa"], false);
    assert_eq!(factors().await, true);
    let session = ada.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    assert_eq!(session["factors"], json!(["password", "totp"]));
    assert_eq!(verify(&ada, &code).await.error(), "user_authenticator_already_verified 409");
    assert_eq!(add(&ada, "totp").await.error(), "user_authenticator_already_verified 409");
    assert_eq!(remove(&ada).await.error(), "ok");
    assert_eq!(factors().await, false);
}

/// OA-8, DL-5: the database holds no secret of an app in clear.
#[tokio::test]
async fn secrets_are_encrypted() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let secret = add(&ada, "totp").await.field()["secret"].clone();

    let rows = entity::authenticator::Entity::find().all(app.app.db.read()).await.unwrap();

    assert_eq!(rows.len(), 1);
    assert!(!rows[0].seed.contains(secret.as_str().unwrap()));
}

/// OA-8: users without an address can add an app, too.
#[tokio::test]
async fn everybody_can_add_one() {
    let app = TestApp::new().await;
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let anonymous = app.guest().with_session(opened["secret"].as_str().unwrap());

    let enrolment = add(&anonymous, "totp").await.field();

    let id = opened["userId"].as_str().unwrap();
    assert!(enrolment["uri"].as_str().unwrap().contains(id), "{enrolment}");
    assert_eq!(verify(&anonymous, &Phone::new(&enrolment).code(&app)).await.error(), "ok");
}

/// OA-8, OA-6: a step counts once, for enrolment and challenges alike, also one before the last.
#[tokio::test]
async fn a_step_counts_once() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let phone = Phone::new(&add(&ada, "totp").await.field());
    let first = phone.code(&app);
    verify(&ada, &first).await.data();
    let id = challenge(&ada, "totp").await;

    assert_eq!(answer(&ada, &id, &first).await.error(), WRONG);
    app.advance(Duration::from_mins(1));
    let before = phone.code_at(app.clock.now() - Duration::from_secs(30));
    let now = phone.code(&app);
    assert_eq!(answer(&ada, &id, &now).await.error(), "ok");
    let id = challenge(&ada, "totp").await;
    assert_eq!(answer(&ada, &id, &now).await.error(), WRONG);
    assert_eq!(answer(&ada, &id, &before).await.error(), WRONG);
    app.advance(Duration::from_secs(30));
    assert_eq!(answer(&ada, &id, &phone.code(&app)).await.error(), "ok");
}

/// OA-8: the clocks of server and app may differ by one step, not by two.
#[tokio::test]
async fn one_step_early_or_late_counts() {
    let app = TestApp::new().await;
    let (ada, phone) = protected(&app, ADA).await;
    for (seconds, expected) in [(-60, WRONG), (60, WRONG), (-30, "ok"), (0, "ok"), (30, "ok")] {
        app.advance(Duration::from_mins(5));
        let id = challenge(&ada, "totp").await;
        let now = app.clock.now().millis();
        let code = phone.code_at(entity::Timestamp::from_millis(now + seconds * 1000));

        assert_eq!(answer(&ada, &id, &code).await.error(), expected, "{seconds}");
    }
}

/// OA-8: a clock that is set back brings no used code back, not even after a restart.
#[tokio::test]
async fn a_clock_set_back_brings_no_code_back() {
    let app = TestApp::new().await;
    let (ada, phone) = protected(&app, ADA).await;
    app.advance(Duration::from_mins(2));
    let used = phone.code(&app);
    pass(&app, &ada, &phone).await;
    let secret = ada.session().to_owned();
    drop(ada);
    app.clock.set_back(Duration::from_mins(1));
    let app = app.restarted().await;
    let ada = app.guest().with_session(&secret);
    app.advance(Duration::from_mins(1));

    let id = challenge(&ada, "totp").await;

    assert_eq!(answer(&ada, &id, &used).await.error(), WRONG);
    app.advance(Duration::from_secs(30));
    assert_eq!(answer(&ada, &id, &phone.code(&app)).await.error(), "ok");
}

/// OA-10: removing a factor and turning factors off need a sign-in or a challenge within 30 minutes.
#[tokio::test]
async fn weakening_needs_a_fresh_session() {
    const STALE: &str = "user_challenge_required 401";
    let app = TestApp::new().await;
    let (ada, phone) = protected(&app, ADA).await;
    app.advance(Duration::from_mins(31));
    assert_eq!(remove(&ada).await.error(), STALE);
    assert_eq!(switch(&ada, false).await.error(), STALE);
    let codes = ada.run("accountCreateMFARecoveryCodes", none()).await;
    assert_eq!(codes.error(), STALE);
    assert_eq!(get(&ada).await, "ok");

    pass(&app, &ada, &phone).await;

    app.advance(Duration::from_mins(30));
    assert_eq!(switch(&ada, false).await.field()["mfa"], false);
    assert_eq!(remove(&ada).await.field()["status"], "OK");
    assert_eq!(create(&ada, "totp").await.error(), "user_authenticator_not_found 404");
}

/// OA-8: REST has the same routes as the reference, with its status codes.
#[tokio::test]
async fn rest_adds_verifies_and_removes() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let path = "/v1/account/mfa/authenticators/totp";

    let added = ada.rest("POST", path, json!({})).await;
    let phone = Phone::new(&added.json());
    let verified = ada.rest("PUT", path, json!({"otp": phone.code(&app)})).await;
    let switched = ada.rest("PATCH", "/v1/account/mfa", json!({"mfa": true})).await;
    let listed = ada.rest("GET", "/v1/account/mfa/factors", Value::Null).await;
    let challenged =
        ada.rest("POST", "/v1/account/mfa/challenges", json!({"factor": "totp"})).await;
    app.advance(Duration::from_secs(30));
    let proof = json!({"challengeId": challenged.json()["$id"], "otp": phone.code(&app)});
    let passed = ada.rest("PUT", "/v1/account/mfa/challenge", proof).await;
    let removed = ada.rest("DELETE", path, json!({})).await;

    let statuses = [&added, &verified, &switched, &listed, &challenged, &passed, &removed];
    assert_eq!(
        statuses.map(|answer| answer.status.as_u16()),
        [200, 200, 200, 200, 201, 200, 204],
        "{}",
        removed.text
    );
    let keys = |answer: &Answer| {
        answer.json().as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>()
    };
    let set = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(keys(&added), set(&["secret", "uri", "qrCode"]));
    assert_eq!(keys(&challenged), set(&["$id", "$createdAt", "userId", "expire"]));
    enrol(&app, &ada).await;
}
