//! No path around second factors, and no way to be locked out by them.

use serde_json::{Value, json};

use super::notices::kinds;
use super::{
    ADA, HALF_OPEN, URL, answer, challenge, enrol, get, pass, protected, sign_in_by_mail, switch,
    verify_email,
};
use crate::support::{Browser, Caller, Provider, ProviderUser, TestApp, none};

async fn recover(app: &TestApp, email: &str) {
    let ask = json!({"email": email, "url": URL});
    app.guest().run("accountCreateRecovery", ask).await.data();
    let mail = app.newest(email).await;
    let proof = json!({
        "userId": mail["userId"], "secret": mail["secret"], "password": "another good password",
    });
    app.guest().run("accountUpdateRecovery", proof).await.data();
}

/// OA-6: a recovery by mail sets a password and removes no factor.
#[tokio::test]
async fn a_recovery_removes_no_factor() {
    let app = TestApp::new().await;
    let (ada, phone) = protected(&app, ADA).await;
    verify_email(&app, &ada, ADA).await;
    let codes = ada.run("accountCreateMFARecoveryCodes", none()).await.field();

    recover(&app, ADA).await;

    assert_eq!(get(&ada).await, "general_unauthorized_scope 401");
    let half = app.user_with(ADA, "another good password").await;
    assert_eq!(get(&half).await, HALF_OPEN);
    pass(&app, &half, &phone).await;
    let user = half.run("accountGet", none()).await.field();
    assert_eq!((&user["mfa"], &user["emailVerification"]), (&json!(true), &json!(true)));
    let id = challenge(&half, "recoveryCode").await;
    let code = codes["recoveryCodes"][0].as_str().unwrap();
    assert_eq!(answer(&half, &id, code).await.error(), "ok");
}

/// OA-9, OA-4: of an address that was never verified it removes them, as a sign-in by mail does: they may be a squatter's. It is
/// logged and mailed.
#[tokio::test]
async fn a_recovery_removes_the_factors_of_a_squatter() {
    let app = TestApp::new().await;
    let (eve, _) = protected(&app, ADA).await;
    eve.run("accountCreateMFARecoveryCodes", none()).await.data();

    recover(&app, ADA).await;

    let ada = app.user_with(ADA, "another good password").await;
    let user = ada.run("accountGet", none()).await.field();
    assert_eq!(user["mfa"], false);
    let listed = ada.run("accountListMFAFactors", none()).await.field();
    assert_eq!((&listed["totp"], &listed["recoveryCode"]), (&json!(false), &json!(false)));
    let logs = ada.run("accountListLogs", none()).await.field().to_string();
    assert!(logs.contains("authenticator.delete"), "{logs}");
    assert!(kinds(&app).await.contains(&"mfa_disabled".to_owned()));
}

/// OA-6: every way to sign in opens half a session only, if the user has an app.
#[tokio::test]
async fn every_way_in_asks_for_a_second_factor() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let ada = app.user(ADA).await;
    verify_email(&app, &ada, ADA).await;
    let phone = enrol(&app, &ada).await;
    switch(&ada, true).await.data();
    let id = ada.run("accountGet", none()).await.field()["_id"].as_str().unwrap().to_owned();
    let check = async |caller: Caller, first: &str| {
        assert_eq!(get(&caller).await, HALF_OPEN, "{first}");
        let session = pass(&app, &caller, &phone).await;
        assert_eq!(session["factors"][0], first);
        assert_eq!(get(&caller).await, "ok", "{first}");
        app.advance(std::time::Duration::from_secs(30));
    };

    check(app.sign_in(ADA).await, "password").await;
    check(sign_in_by_mail(&app, ADA).await, "email").await;
    check(by_link(&app).await, "email").await;
    provider.be(ProviderUser::new("ada", ADA, true));
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    check(browser.user(), "email").await;
    let token = app.server().run("usersCreateToken", json!({"userId": id})).await.field();
    check(redeem(&app, &json!(id), &token["secret"]).await, "token").await;
    let session = app.server().run("usersCreateSession", json!({"userId": id})).await.field();
    check(app.guest().with_session(session["secret"].as_str().unwrap()), "server").await;
}

/// OA-6: who links a provider account keeps the factors that were shown.
#[tokio::test]
async fn linking_keeps_the_factors() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let (ada, _) = protected(&app, ADA).await;
    let mut browser = Browser::new(app.guest()).signed_in(ada.session());

    browser.sign_in(&provider, "fake").await;

    assert_eq!(get(&browser.user()).await, "ok");
    let current = json!({"sessionId": "current"});
    let session = browser.user().run("accountGetSession", current).await.field();
    assert_eq!(session["factors"], json!(["password", "totp"]));
}

async fn redeem(app: &TestApp, user_id: &Value, secret: &Value) -> Caller {
    let guest = app.guest();
    let proof = json!({"userId": user_id, "secret": secret});
    let session = guest.run("accountCreateSession", proof).await.field();
    guest.with_session(session["secret"].as_str().unwrap())
}

async fn by_link(app: &TestApp) -> Caller {
    let ask = json!({"userId": "unique()", "email": ADA, "url": URL});
    app.guest().run("accountCreateMagicURLToken", ask).await.data();
    let mail = app.newest(ADA).await;
    redeem(app, &mail["userId"], &mail["secret"]).await
}

/// OA-9, OA-4: who signed up with another person's address can't lock its owner out by an app. The first sign-in by mail revokes
/// password, sessions and factors.
#[tokio::test]
async fn a_squatter_locks_nobody_out() {
    let app = TestApp::new().await;
    let (eve, _) = protected(&app, ADA).await;
    eve.run("accountCreateMFARecoveryCodes", none()).await.data();

    let ada = sign_in_by_mail(&app, ADA).await;

    let user = ada.run("accountGet", none()).await.field();
    assert_eq!(user["mfa"], false);
    let listed = ada.run("accountListMFAFactors", none()).await.field();
    assert_eq!((&listed["totp"], &listed["recoveryCode"]), (&json!(false), &json!(false)));
    assert_eq!(get(&eve).await, "general_unauthorized_scope 401");
}

/// OA-9: turned on without a factor, it has no effect until there is one; the session that turns it on stays complete.
#[tokio::test]
async fn without_a_factor_it_has_no_effect() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    assert_eq!(switch(&ada, true).await.field()["mfa"], true);
    let other = app.sign_in(ADA).await;
    assert_eq!(get(&other).await, "ok");

    verify_email(&app, &ada, ADA).await;

    // The address is a factor now: both sessions have to show it, and can.
    for caller in [&ada, &other, &app.sign_in(ADA).await] {
        assert_eq!(get(caller).await, HALF_OPEN);
        let id = challenge(caller, "email").await;
        let code = app.newest(ADA).await["code"].as_str().unwrap().to_owned();
        assert_eq!(answer(caller, &id, &code).await.error(), "ok");
        assert_eq!(get(caller).await, "ok");
    }
}

/// OA-9: who turns it on with a verified address isn't thrown out, as in the reference.
#[tokio::test]
async fn the_session_that_turns_it_on_stays_complete() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    verify_email(&app, &ada, ADA).await;

    switch(&ada, true).await.data();

    assert_eq!(get(&ada).await, "ok");
    let session = ada.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    assert_eq!(session["factors"], json!(["password", "email"]));
    assert_eq!(session["mfaUpdatedAt"], Value::Null);
}
