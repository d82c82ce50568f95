//! accountCreatePhoneVerification and accountUpdatePhoneVerification.

use std::time::Duration;

use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, PASSWORD, TestApp, none};

const PHONE: &str = "+12065550100";
const REFUSED: &str = "user_invalid_token 401";
const LIMITED: &str = "general_rate_limit_exceeded 429";

async fn user(app: &TestApp) -> Caller {
    let ada = app.user("ada@example.com").await;
    let variables = json!({"phone": PHONE, "password": PASSWORD});
    ada.run("accountUpdatePhone", variables).await.data();
    ada
}

async fn create(caller: &Caller) -> Answer {
    caller.run("accountCreatePhoneVerification", none()).await
}

async fn update(app: &TestApp, user_id: &Value, secret: &str) -> Answer {
    let variables = json!({"userId": user_id, "secret": secret});
    app.guest().run("accountUpdatePhoneVerification", variables).await
}

/// Asks for a code, and answers the user's id and the code of the message.
async fn code(app: &TestApp, caller: &Caller) -> (Value, String) {
    let token = create(caller).await.field();
    let message = app.newest(PHONE).await;
    (token["userId"].clone(), message["code"].as_str().unwrap().to_owned())
}

/// A code of six digits that is not `code`.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_code_verifies_the_number() {
    let app = TestApp::new().await;
    let ada = user(&app).await;

    let token = create(&ada).await.field();
    let message = app.newest(PHONE).await;
    let code = message["code"].as_str().unwrap();
    let confirmed = update(&app, &token["userId"], code).await.field();

    assert_eq!((&message["channel"], &message["kind"]), (&json!("sms"), &json!("phone_code")));
    assert!(message["text"].as_str().unwrap().starts_with(code));
    assert_eq!(token, confirmed);
    assert_eq!(token["secret"], "");
    assert_eq!(token["expire"], "2026-11-23T12:15:00.000+00:00");
    let user = ada.run("accountGet", none()).await.field();
    assert_eq!(
        (&user["phoneVerification"], &user["emailVerification"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(create(&ada).await.error(), "user_phone_already_verified 409");
}

/// N-69: there must be a number, and a way to send to it.
#[tokio::test]
async fn there_must_be_a_number_and_a_provider() {
    let app = TestApp::new().await;
    let eve = app.user("eve@example.com").await;
    assert_eq!(create(&eve).await.error(), "user_phone_not_found 400");

    let app = TestApp::with("sms.url = \"none:\"").await;
    let ada = user(&app).await;
    assert_eq!(create(&ada).await.error(), "general_phone_disabled 503");
}

/// N-70, OT-6: after five wrong tries a code is dead, over a restart, too.
#[tokio::test]
async fn five_wrong_tries_kill_a_code() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = user(&app).await;
    let (id, code) = code(&app, &ada).await;
    for _ in 0..4 {
        assert_eq!(update(&app, &id, &other(&code)).await.error(), REFUSED);
    }
    drop(ada);
    let app = app.restarted().await;

    assert_eq!(update(&app, &id, &other(&code)).await.error(), REFUSED);
    assert_eq!(update(&app, &id, &code).await.error(), REFUSED);
}

#[tokio::test]
async fn the_fifth_try_may_be_the_right_one() {
    let app = TestApp::new().await;
    let ada = user(&app).await;
    let (id, code) = code(&app, &ada).await;
    for _ in 0..4 {
        assert_eq!(update(&app, &id, &other(&code)).await.error(), REFUSED);
    }

    assert_eq!(update(&app, &id, &code).await.error(), "ok");
}

/// OT-6: of a hundred wrong tries at once five are compared, and the code is dead.
#[tokio::test(flavor = "multi_thread")]
async fn tries_at_once_are_counted_each() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = user(&app).await;
    let (id, code) = code(&app, &ada).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (app, id, code) = (app.clone(), id.clone(), other(&code));
        calls.spawn(async move { update(&app, &id, &code).await.error() });
    }
    assert!(calls.join_all().await.iter().all(|error| error == REFUSED));

    assert_eq!(update(&app, &id, &code).await.error(), REFUSED);
    let token = entity::token::Entity::find().all(app.app.db.read()).await.unwrap().pop().unwrap();
    assert_eq!(token.tries.get(), 5);
}

/// N-71, OT-7: fifteen minutes to the second.
#[tokio::test]
async fn a_code_counts_for_fifteen_minutes() {
    for (after, expected) in [(899, "ok"), (901, REFUSED)] {
        let app = TestApp::new().await;
        let ada = user(&app).await;
        let (id, code) = code(&app, &ada).await;
        app.advance(Duration::from_secs(after));

        assert_eq!(update(&app, &id, &code).await.error(), expected);
    }
}

/// N-72: whatever is no code is a try, too.
#[tokio::test]
async fn malformed_codes_are_tries() {
    let app = TestApp::new().await;
    let ada = user(&app).await;
    let (id, code) = code(&app, &ada).await;
    let full_width: String =
        code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    for malformed in [&full_width, &format!("{code}0"), &code[..5], "", &format!("{code}x")] {
        assert_eq!(update(&app, &id, malformed).await.error(), REFUSED, "{malformed}");
    }

    assert_eq!(update(&app, &id, &code).await.error(), REFUSED);
}

/// N-73, RL-16: a number waits thirty seconds for its next message; a new code takes the place of the old one.
#[tokio::test]
async fn a_number_gets_a_message_each_thirty_seconds() {
    let app = TestApp::new().await;
    let ada = user(&app).await;
    let (id, first) = code(&app, &ada).await;
    let refused = create(&ada).await;
    assert_eq!(refused.error(), LIMITED);
    assert_eq!(refused.json()["errors"][0]["extensions"]["retryAfter"], 30);
    assert_eq!(app.count_messages(PHONE).await, 1);

    app.advance(Duration::from_secs(30));
    let (_, second) = code(&app, &ada).await;

    if first != second {
        assert_eq!(update(&app, &id, &first).await.error(), REFUSED);
    }
    assert_eq!(update(&app, &id, &second).await.error(), "ok");
}

/// OT-9: a code proves the number it was sent to, also after the user has changed it and changed it back.
#[tokio::test]
async fn a_code_proves_its_own_number_only() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = user(&app).await;
    let (id, old) = code(&app, &ada).await;
    for phone in ["+12065550199", PHONE] {
        let variables = json!({"phone": phone, "password": PASSWORD});
        ada.run("accountUpdatePhone", variables).await.data();
        assert_eq!(update(&app, &id, &old).await.error(), REFUSED, "{phone}");
    }
    assert_eq!(ada.run("accountGet", none()).await.field()["phoneVerification"], false);

    let (id, new) = code(&app, &ada).await;
    assert_eq!(update(&app, &id, &new).await.error(), "ok");
}

/// The document, OT-6: ten guesses an hour for a user, from wherever they come.
#[tokio::test]
async fn ten_guesses_an_hour() {
    let app = TestApp::new().await;
    let ada = user(&app).await;
    let (id, code) = code(&app, &ada).await;
    for _ in 0..10 {
        assert_eq!(update(&app, &id, &other(&code)).await.error(), REFUSED);
    }

    assert_eq!(update(&app, &id, &code).await.error(), LIMITED);
}
