//! Addresses and numbers that somebody entered who never proved to own them.

use serde_json::{Value, json};

use crate::support::{Answer, Browser, Caller, PASSWORD, Provider, ProviderUser, TestApp, none};

const EVE: &str = "eve@example.com";
const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const OTHER_PHONE: &str = "+12065550101";
const URL: &str = "https://app.example.com";
const ENDED: &str = "general_unauthorized_scope 401";

/// A server without limits, and Eve on it, with `email` and `phone`.
async fn start(email: &str, phone: &str) -> (TestApp, Caller) {
    let app = TestApp::with("limits.rates = false").await;
    let eve = app.user(email).await;
    eve.run("accountUpdatePhone", json!({"phone": phone, "password": PASSWORD})).await.data();
    (app, eve)
}

async fn verify_email(app: &TestApp, eve: &Caller, email: &str) {
    eve.run("accountCreateVerification", json!({ "url": URL })).await.data();
    let mail = app.newest(email).await;
    let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
    app.guest().run("accountUpdateVerification", variables).await.data();
}

async fn verify_phone(app: &TestApp, eve: &Caller, phone: &str) {
    let token = eve.run("accountCreatePhoneVerification", none()).await.field();
    let code = &app.newest(phone).await["code"];
    let variables = json!({"userId": token["userId"], "secret": code});
    app.guest().run("accountUpdatePhoneVerification", variables).await.data();
}

/// Signs in with a code that is sent to `to`.
async fn sign_in(app: &TestApp, create: &str, to: &str) -> Caller {
    let variables = json!({"userId": "unique()", "email": to, "phone": to});
    let token = app.guest().run(create, variables).await.field();
    let code = &app.newest(to).await["code"];
    let variables = json!({"userId": token["userId"], "secret": code});
    let session = app.guest().run("accountCreateSession", variables).await.field();
    app.guest().with_session(session["secret"].as_str().unwrap())
}

async fn get(caller: &Caller) -> Value {
    caller.run("accountGet", none()).await.field()
}

/// OA-4: an unverified number goes to its owner, and the user who entered it loses password and sessions.
#[tokio::test]
async fn a_number_is_its_owners() {
    let (app, eve) = start(EVE, PHONE).await;

    let ada = sign_in(&app, "accountCreatePhoneToken", PHONE).await;

    assert_eq!(get(&ada).await["phoneVerification"], true);
    assert_eq!(get(&ada).await["passwordUpdate"], Value::Null);
    assert_eq!(eve.run("accountGet", none()).await.error(), ENDED);
    // The address of that time is no way back in.
    let eve = sign_in(&app, "accountCreateEmailToken", EVE).await;
    assert_ne!(get(&eve).await["_id"], get(&ada).await["_id"]);
    assert_eq!(get(&ada).await["email"], "");
}

/// OA-4: an account with a verified address keeps what it has but a number that was never verified.
#[tokio::test]
async fn an_unproven_number_is_taken_from_a_proven_account() {
    let (app, eve) = start(EVE, PHONE).await;
    verify_email(&app, &eve, EVE).await;

    let ada = sign_in(&app, "accountCreatePhoneToken", PHONE).await;

    let (ada, eve) = (get(&ada).await, get(&eve).await);
    assert_ne!(ada["_id"], eve["_id"]);
    assert_eq!((&ada["phone"], &ada["email"]), (&json!(PHONE), &json!("")));
    assert_eq!((&eve["phone"], &eve["email"]), (&json!(""), &json!(EVE)));
    app.sign_in(EVE).await;
}

/// OA-4: the same the other way round.
#[tokio::test]
async fn an_unproven_address_is_taken_from_a_proven_account() {
    let (app, eve) = start(ADA, PHONE).await;
    verify_phone(&app, &eve, PHONE).await;

    let ada = sign_in(&app, "accountCreateEmailToken", ADA).await;

    let (ada, eve) = (get(&ada).await, get(&eve).await);
    assert_ne!(ada["_id"], eve["_id"]);
    assert_eq!((&ada["email"], &ada["emailVerification"]), (&json!(ADA), &json!(true)));
    assert_eq!((&eve["email"], &eve["phone"]), (&json!(""), &json!(PHONE)));
}

/// OA-4: a recovery by an address that a proven account only claims is sent to nobody, and one that was sent before the
/// account was proven opens nothing.
#[tokio::test]
async fn a_claimed_address_recovers_nothing() {
    let (app, eve) = start(ADA, OTHER_PHONE).await;
    let recovery = json!({"email": ADA, "url": URL});
    app.guest().run("accountCreateRecovery", recovery.clone()).await.data();
    let early = app.newest(ADA).await;
    verify_phone(&app, &eve, OTHER_PHONE).await;

    let variables = json!({
        "userId": early["userId"], "secret": early["secret"], "password": "another good password",
    });
    let redeemed: Answer = app.guest().run("accountUpdateRecovery", variables).await;
    app.guest().run("accountCreateRecovery", recovery).await.data();

    assert_eq!(redeemed.error(), "user_invalid_token 401");
    assert_eq!(app.newest(ADA).await["_id"], early["_id"]);
    assert_eq!(get(&eve).await["phone"], OTHER_PHONE);
    app.sign_in(ADA).await;
}

/// OA-4: nor does a provider's verified address open an account that only claims it: it goes to a new one.
#[tokio::test]
async fn a_provider_account_wins_a_claimed_address() {
    let provider = Provider::start().await;
    let app = TestApp::with(&format!("limits.rates = false\n{}", provider.settings())).await;
    let eve = app.user(ADA).await;
    eve.run("accountUpdatePhone", json!({"phone": PHONE, "password": PASSWORD})).await.data();
    verify_phone(&app, &eve, PHONE).await;
    provider.be(ProviderUser::new("ada", ADA, true));
    let mut browser = Browser::new(app.guest());

    browser.sign_in(&provider, "fake").await;

    let (ada, eve) = (get(&browser.user()).await, get(&eve).await);
    assert_ne!(ada["_id"], eve["_id"]);
    assert_eq!((&ada["email"], &ada["emailVerification"]), (&json!(ADA), &json!(true)));
    assert_eq!((&eve["email"], &eve["phone"]), (&json!(""), &json!(PHONE)));
    let again = sign_in(&app, "accountCreatePhoneToken", PHONE).await;
    assert_eq!(get(&again).await["_id"], eve["_id"]);
}
