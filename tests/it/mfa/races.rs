//! Many uses of one code at once.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{ADA, WRONG, answer, challenge, protected, verify_email};
use crate::support::{Caller, TestApp, none, rounds};

/// How many try at once.
fn many() -> usize {
    rounds(100, 1_000)
}

/// Shows `otp` for each of the challenges, all at once, and returns how often it was accepted.
async fn race(callers: Vec<(Caller, Value)>, otp: &str) -> usize {
    let mut calls = JoinSet::new();
    for (caller, id) in callers {
        let otp = otp.to_owned();
        calls.spawn(async move { answer(&caller, &id, &otp).await.error() });
    }
    let errors = calls.join_all().await;
    let count = |kind: &str| errors.iter().filter(|error| *error == kind).count();
    // On a machine under load a call may find no connection in time, and changes nothing.
    assert_eq!(
        count("ok") + count(WRONG) + count("general_server_busy 503"),
        errors.len(),
        "{errors:?}"
    );
    count("ok")
}

/// One caller for each of `calls`, by turns at three servers.
async fn callers(
    app: &TestApp,
    caller: &Caller,
    ids: &[Value],
    calls: usize,
) -> Vec<(Caller, Value)> {
    let servers = app.three().await;
    let secret = caller.session();
    let one =
        |at: usize| (servers[at % 3].guest().with_session(secret), ids[at % ids.len()].clone());
    (0..calls).map(one).collect()
}

async fn start() -> (TestApp, Caller, super::Phone) {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, phone) = protected(&app, ADA).await;
    (app, ada, phone)
}

/// OA-8, OA-6, OT-2: of many who show one code of an app at once, in one challenge or each in an own one, at any server, one
/// succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_an_app_counts_once() {
    let (app, ada, phone) = start().await;
    let mut ids = Vec::new();
    for _ in 0..many() / 4 {
        ids.push(challenge(&ada, "totp").await);
    }

    let accepted = race(callers(&app, &ada, &ids, many()).await, &phone.code(&app)).await;

    assert_eq!(accepted, 1);
}

/// OA-8, OT-2: of many who pass one challenge at once, one succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_passed_once() {
    let (app, ada, _) = start().await;
    verify_email(&app, &ada, ADA).await;
    let id = challenge(&ada, "email").await;
    let code = app.newest(ADA).await["code"].as_str().unwrap().to_owned();

    let accepted = race(callers(&app, &ada, &[id], many()).await, &code).await;

    assert_eq!(accepted, 1);
}

/// OA-8, OT-2: of many who use one recovery code at once, one succeeds, and nine codes are left.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_counts_once() {
    let (app, ada, _) = start().await;
    let codes = ada.run("accountCreateMFARecoveryCodes", none()).await.field();
    let code = codes["recoveryCodes"][0].as_str().unwrap();
    let mut ids = Vec::new();
    for _ in 0..many() / 4 {
        ids.push(challenge(&ada, "recoveryCode").await);
    }

    let accepted = race(callers(&app, &ada, &ids, many()).await, code).await;

    assert_eq!(accepted, 1);
    let left = ada.run("accountGetMFARecoveryCodes", none()).await.field();
    assert_eq!(left["remaining"], 9);
}

/// OA-8: an app that is verified by many at once is verified once.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_verified_once() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let enrolment = ada.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await;
    let otp = super::Phone::new(&enrolment.field()).code(&app);
    let mut calls = JoinSet::new();
    for (caller, _) in callers(&app, &ada, &[Value::Null], 20).await {
        let variables = json!({"type": "totp", "otp": otp});
        calls.spawn(
            async move { caller.run("accountUpdateMFAAuthenticator", variables).await.error() },
        );
    }

    let errors = calls.join_all().await;

    let accepted = errors.iter().filter(|error| *error == "ok").count();
    assert_eq!(accepted, 1, "{errors:?}");
}

/// OA-8: of codes that are created by many at once, those of one call count.
#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_are_created_once() {
    let (app, ada, _) = start().await;
    let mut calls = JoinSet::new();
    for (caller, _) in callers(&app, &ada, &[Value::Null], 20).await {
        calls.spawn(
            async move { caller.run("accountCreateMFARecoveryCodes", none()).await.error() },
        );
    }

    let errors = calls.join_all().await;

    assert_eq!(errors.iter().filter(|error| *error == "ok").count(), 1, "{errors:?}");
    let left = ada.run("accountGetMFARecoveryCodes", none()).await.field();
    assert_eq!(left["remaining"], 10);
}
