//! Recovery codes.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{ADA, HALF_OPEN, WRONG, answer, challenge, create, get, protected};
use crate::support::{Caller, TestApp, none};

async fn codes(caller: &Caller, operation: &str) -> Vec<String> {
    let answer = caller.run(operation, none()).await.field();
    let codes = answer["recoveryCodes"].as_array().unwrap();
    assert_eq!(answer["remaining"], codes.len());
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

async fn use_code(caller: &Caller, code: &str) -> String {
    let id = challenge(caller, "recoverycode").await;
    answer(caller, &id, code).await.error()
}

/// OA-8: ten codes of 80 bits are shown once, stored as hashes, and used once each, however they are typed.
#[tokio::test]
async fn codes_are_shown_once_and_used_once() {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, _) = protected(&app, ADA).await;
    let none_left = "user_recovery_codes_not_found 404";
    let get_codes = async || ada.run("accountGetMFARecoveryCodes", none()).await;
    assert_eq!(get_codes().await.error(), none_left);
    let replaced = ada.run("accountUpdateMFARecoveryCodes", none()).await;
    assert_eq!(replaced.error(), none_left);

    let shown = codes(&ada, "accountCreateMFARecoveryCodes").await;

    assert_eq!(shown.iter().collect::<HashSet<_>>().len(), 10);
    assert!(shown.iter().all(|code| code.len() == 19), "{shown:?}");
    let again = ada.run("accountCreateMFARecoveryCodes", none()).await;
    assert_eq!(again.error(), "user_recovery_codes_already_exists 409");
    let rows = entity::recovery_code::Entity::find().all(app.app.db.read()).await.unwrap();
    let stored = format!("{rows:?}").to_uppercase();
    assert!(!shown.iter().any(|code| stored.contains(&code.replace('-', ""))));
    assert_eq!(get_codes().await.field()["recoveryCodes"][9], "****-****-****-****");
    for (at, typed) in [
        (0, shown[0].clone()),
        (1, shown[1].to_lowercase()),
        (2, shown[2].replace('-', "")),
        (3, format!(" {} ", shown[3].replace('-', " "))),
    ] {
        let half = app.sign_in(ADA).await;
        assert_eq!(get(&half).await, HALF_OPEN);
        assert_eq!(use_code(&half, &typed).await, "ok", "{typed}");
        assert_eq!(get(&half).await, "ok");
        let left = get_codes().await.field();
        assert_eq!(left["remaining"], 9 - at);
        assert_eq!(left["recoveryCodes"].as_array().unwrap().len(), 9 - at);
        let half = app.sign_in(ADA).await;
        assert_eq!(use_code(&half, &typed).await, WRONG);
        assert_eq!(get(&half).await, HALF_OPEN);
    }
    assert_eq!(app.newest(ADA).await["kind"], "recovery_code_used");
}

/// OA-8: new codes replace the old ones, and need a fresh session.
#[tokio::test]
async fn new_codes_replace_the_old_ones() {
    let app = TestApp::new().await;
    let (ada, phone) = protected(&app, ADA).await;
    let old = codes(&ada, "accountCreateMFARecoveryCodes").await;
    app.advance(Duration::from_mins(31));
    let stale = ada.run("accountUpdateMFARecoveryCodes", none()).await;
    assert_eq!(stale.error(), "user_challenge_required 401");
    super::pass(&app, &ada, &phone).await;

    let new = codes(&ada, "accountUpdateMFARecoveryCodes").await;

    assert_eq!(use_code(&ada, &old[0]).await, WRONG);
    assert_eq!(use_code(&ada, &new[0]).await, "ok");
}

/// OA-8: a code is of its user, and when all are used there is none to ask for.
#[tokio::test]
async fn codes_belong_to_their_user() {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, _) = protected(&app, ADA).await;
    let (bob, _) = protected(&app, "bob@example.com").await;
    let adas = codes(&ada, "accountCreateMFARecoveryCodes").await;
    codes(&bob, "accountCreateMFARecoveryCodes").await;

    assert_eq!(use_code(&bob, &adas[0]).await, WRONG);
    for code in &adas {
        assert_eq!(use_code(&ada, code).await, "ok");
    }

    assert_eq!(create(&ada, "recoveryCode").await.error(), "user_recovery_codes_not_found 404");
    let listed = ada.run("accountListMFAFactors", none()).await.field();
    assert_eq!(listed["recoveryCode"], false);
    assert_eq!(codes(&ada, "accountCreateMFARecoveryCodes").await.len(), 10);
}

/// OA-8: recovery codes alone ask nobody for a second factor; REST creates, replaces and counts them.
#[tokio::test]
async fn codes_alone_are_no_factor() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let path = "/v1/account/mfa/recovery-codes";
    let created = ada.rest("POST", path, json!({})).await;
    let replaced = ada.rest("PATCH", path, json!({})).await;
    let read = ada.rest("GET", path, Value::Null).await;
    super::switch(&ada, true).await.data();

    assert_eq!(
        [created.status, replaced.status, read.status].map(|status| status.as_u16()),
        [201, 200, 200]
    );
    assert_eq!(read.json()["remaining"], 10);
    assert_eq!(get(&app.sign_in(ADA).await).await, "ok");
}
