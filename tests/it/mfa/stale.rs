//! A session that is not fresh adds no way in, where sign-ins need a second factor.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ADA, HALF_OPEN, enrol, get, protected, sign_in_by_mail, switch, verify_email};
use crate::support::{Authenticator, Browser, Caller, PASSWORD, Provider, TestApp, error_of, none};

const STALE: &str = "user_challenge_required 401";
const HALF_AN_HOUR: Duration = Duration::from_mins(31);

/// Adds a passkey. Returns the error of the first call that fails.
async fn add_passkey(caller: &Caller, device: &mut Authenticator, id: &str) -> String {
    let begun = caller.run("accountCreatePasskey", json!({"passkeyId": id})).await;
    if begun.error() != "ok" {
        return begun.error();
    }
    verify_passkey(caller, device, &begun.field()).await
}

async fn verify_passkey(caller: &Caller, device: &mut Authenticator, begun: &Value) -> String {
    let variables = json!({
        "passkeyId": begun["passkeyId"],
        "challengeId": begun["_id"],
        "credential": device.create(&begun["publicKey"]),
    });
    caller.run("accountUpdatePasskeyVerification", variables).await.error()
}

/// OA-6: a passkey counts as both factors.
#[tokio::test]
async fn a_stale_session_adds_and_deletes_no_passkey() {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, _) = protected(&app, ADA).await;
    let mut device = Authenticator::synced();
    assert_eq!(add_passkey(&ada, &mut device, "first").await, "ok");
    app.advance(Duration::from_mins(28));
    let begun = ada.run("accountCreatePasskey", json!({"passkeyId": "late"})).await.field();
    app.advance(Duration::from_mins(3));

    assert_eq!(verify_passkey(&ada, &mut device, &begun).await, STALE);
    assert_eq!(add_passkey(&ada, &mut device, "second").await, STALE);
    let deleted = ada.run("accountDeletePasskey", json!({"passkeyId": "first"})).await;
    assert_eq!(deleted.error(), STALE);
}

/// OA-6: a user who proves a new address gets the account.
#[tokio::test]
async fn a_stale_session_changes_no_address() {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, phone) = protected(&app, ADA).await;
    verify_email(&app, &ada, ADA).await;
    app.advance(HALF_AN_HOUR);
    let email = json!({"email": "eve@example.com", "password": PASSWORD});
    let number = json!({"phone": "+12065550100", "password": PASSWORD});

    assert_eq!(ada.run("accountUpdateEmail", email.clone()).await.error(), STALE);
    assert_eq!(ada.run("accountUpdatePhone", number).await.error(), STALE);
    super::pass(&app, &ada, &phone).await;
    assert_eq!(ada.run("accountUpdateEmail", email).await.error(), "ok");
}

/// OA-6: a first password is another way to sign in.
#[tokio::test]
async fn a_stale_session_sets_no_first_password() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = sign_in_by_mail(&app, ADA).await;
    enrol(&app, &ada).await;
    switch(&ada, true).await.data();
    app.advance(HALF_AN_HOUR);

    let first = ada.run("accountUpdatePassword", json!({"password": PASSWORD})).await;

    assert_eq!(first.error(), STALE);
}

/// OA-6: the factors that the session gets with the switch were not shown in it.
#[tokio::test]
async fn a_stale_session_turns_nothing_on() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    enrol(&app, &ada).await;
    app.advance(HALF_AN_HOUR);

    assert_eq!(switch(&ada, true).await.error(), STALE);
}

/// OA-6: linking needs a fresh session, too, and makes none fresh.
#[tokio::test]
async fn linking_makes_no_session_fresh() {
    let provider = Provider::start().await;
    let app = TestApp::with(&format!("limits.rates = false\n{}", provider.settings())).await;
    let (ada, _) = protected(&app, ADA).await;
    let mut browser = Browser::new(app.guest()).signed_in(ada.session());
    app.advance(Duration::from_mins(28));
    browser.sign_in(&provider, "fake").await;
    app.advance(Duration::from_mins(3));
    let linked = browser.user();
    assert_eq!(get(&linked).await, "ok");
    assert_eq!(switch(&linked, false).await.error(), STALE);

    let end = browser.sign_in(&provider, "fake").await;

    assert_eq!(error_of(&end), STALE);
}

/// OA-6: a session that became half-open while its user was at the provider links nothing.
#[tokio::test]
async fn a_half_open_session_links_nothing() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let ada = app.user(ADA).await;
    enrol(&app, &ada).await;
    let other = app.sign_in(ADA).await;
    let mut browser = Browser::new(app.guest()).signed_in(other.session());
    let there = browser.authorize("sessions", "fake").await;
    let user = ada.run("accountGet", none()).await.field();
    let on = json!({"userId": user["_id"], "mfa": true});
    app.server().run("usersUpdateMFA", on).await.data();
    assert_eq!(get(&other).await, HALF_OPEN);

    let answer = browser.get(provider.agree(&there).as_str()).await;

    let end = answer.header("location").parse().unwrap();
    assert_eq!(error_of(&end), HALF_OPEN);
    assert_eq!(ada.run("accountListIdentities", none()).await.field()["total"], 0);
}
