//! accountCreateVerification and accountUpdateVerification, and their later names.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Caller, PASSWORD, TestApp, none};

const ADA: &str = "ada@example.com";
const URL: &str = "https://app.example.com/verify";
const REFUSED: &str = "user_invalid_token 401";

async fn create(caller: &Caller) -> Answer {
    caller.run("accountCreateVerification", json!({"url": URL})).await
}

async fn update(app: &TestApp, user_id: &Value, secret: &Value) -> Answer {
    let variables = json!({"userId": user_id, "secret": secret});
    app.guest().run("accountUpdateVerification", variables).await
}

async fn is_verified(caller: &Caller) -> bool {
    caller.run("accountGet", none()).await.field()["emailVerification"] == true
}

/// Asks for a mail, and answers id and secret in it.
async fn secret(app: &TestApp, caller: &Caller, email: &str) -> (Value, Value) {
    create(caller).await.data();
    let mail = app.newest(email).await;
    (mail["userId"].clone(), mail["secret"].clone())
}

/// Gives the user another address.
async fn move_to(caller: &Caller, email: &str) {
    let variables = json!({"email": email, "password": PASSWORD});
    caller.run("accountUpdateEmail", variables).await.data();
}

#[tokio::test]
async fn both_names_verify_the_address() {
    for (create, update) in [
        ("accountCreateVerification", "accountUpdateVerification"),
        ("accountCreateEmailVerification", "accountUpdateEmailVerification"),
    ] {
        let app = TestApp::new().await;
        let ada = app.user(ADA).await;

        let token = ada.run(create, json!({"url": URL})).await.field();
        let mail = app.newest(ADA).await;
        let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
        let confirmed = app.guest().run(update, variables).await.field();

        assert_eq!(mail["kind"], "verification");
        assert_eq!(token["expire"], "2026-11-30T12:00:00.000+00:00");
        assert_eq!(token, confirmed);
        assert_eq!(token["secret"], "");
        assert!(is_verified(&ada).await);
    }
}

/// N-65, N-66: there must be an address, and one that is not verified.
#[tokio::test]
async fn there_must_be_something_to_verify() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let (id, secret) = secret(&app, &ada, ADA).await;
    update(&app, &id, &secret).await.data();
    let guest = app.guest();
    let session = guest.run("accountCreateAnonymousSession", none()).await.field();
    let nobody = guest.with_session(session["secret"].as_str().unwrap());

    assert_eq!(create(&ada).await.error(), "user_email_already_verified 409");
    assert_eq!(create(&nobody).await.error(), "user_email_not_found 400");
    assert_eq!(create(&app.guest()).await.error(), "general_unauthorized_scope 401");
}

/// N-67: a secret is good for once.
#[tokio::test]
async fn a_used_secret_is_refused() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let (id, secret) = secret(&app, &ada, ADA).await;

    assert_eq!(update(&app, &id, &secret).await.error(), "ok");
    assert_eq!(update(&app, &id, &secret).await.error(), REFUSED);
}

/// N-68, OT-9: a secret proves the address it was sent to, whatever becomes of the addresses.
#[tokio::test]
async fn a_secret_proves_its_own_address_only() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let (id, old) = secret(&app, &ada, ADA).await;

    move_to(&ada, "ada@new.example.com").await;
    assert_eq!(update(&app, &id, &old).await.error(), REFUSED);
    move_to(&ada, ADA).await;
    assert_eq!(update(&app, &id, &old).await.error(), REFUSED);
    assert!(!is_verified(&ada).await);

    let (id, new) = secret(&app, &ada, ADA).await;
    assert_eq!(update(&app, &id, &new).await.error(), "ok");
}

/// OT-7: seven days to the second.
#[tokio::test]
async fn a_secret_counts_for_seven_days() {
    const WEEK: u64 = 604_800;
    for (after, expected) in [(WEEK - 1, "ok"), (WEEK + 1, REFUSED)] {
        let app = TestApp::new().await;
        let ada = app.user(ADA).await;
        let (id, secret) = secret(&app, &ada, ADA).await;
        app.advance(Duration::from_secs(after));

        assert_eq!(update(&app, &id, &secret).await.error(), expected);
    }
}

/// The document: ten an hour for a user, for both operations and both names.
#[tokio::test]
async fn ten_an_hour() {
    const LIMITED: &str = "general_rate_limit_exceeded 429";
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    for _ in 0..10 {
        assert_eq!(create(&ada).await.error(), "ok");
    }
    let mail = app.newest(ADA).await;
    for _ in 0..10 {
        assert_eq!(update(&app, &mail["userId"], &json!("x")).await.error(), REFUSED);
    }

    assert_eq!(create(&ada).await.error(), LIMITED);
    let later_name = ada.run("accountCreateEmailVerification", json!({"url": URL})).await;
    assert_eq!(later_name.error(), LIMITED);
    assert_eq!(update(&app, &mail["userId"], &mail["secret"]).await.error(), LIMITED);
}

/// OT-12: reading the link, as scanners and browsers do ahead of the user, uses up nothing.
#[tokio::test]
async fn reading_the_link_consumes_nothing() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let (id, secret) = secret(&app, &ada, ADA).await;
    let link = app.newest(ADA).await["link"].as_str().unwrap().to_owned();
    let page = link.strip_prefix("https://app.example.com").unwrap().to_owned();
    let mutation =
        format!("mutation{{accountUpdateVerification(userId:{id},secret:{secret}){{_id}}}}");
    let encoded: String = url::form_urlencoded::byte_serialize(mutation.as_bytes()).collect();
    let endpoint = format!("/v1/graphql?query={encoded}");

    for round in 0..100 {
        for method in ["GET", "HEAD"] {
            let path = if round % 2 == 0 { &page } else { &endpoint };
            let request = axum::http::Request::builder().method(method).uri(path);
            let request = request.header("purpose", "prefetch").body(axum::body::Body::empty());
            let answer = app.guest().request(request.unwrap()).await;
            assert!(answer.status.is_client_error(), "{}", answer.status);
        }
    }

    assert_eq!(update(&app, &id, &secret).await.error(), "ok");
}

/// C-41: of ten mails only the newest three have a link that works.
#[tokio::test]
async fn at_most_three_links_are_live() {
    let app = TestApp::with("[limits]\nrates = false").await;
    let mut outcomes = Vec::new();
    for chosen in 0..10 {
        let email = format!("user{chosen}@example.com");
        let user = app.user(&email).await;
        let mut mails = Vec::new();
        for _ in 0..10 {
            app.advance(Duration::from_secs(1));
            mails.push(secret(&app, &user, &email).await);
        }
        let (user_id, secret) = &mails[chosen];
        outcomes.push(update(&app, user_id, secret).await.error());
    }

    assert_eq!(outcomes[..7], [REFUSED; 7]);
    assert_eq!(outcomes[7..], ["ok"; 3]);
}

/// C-41: links of one purpose, or to one address, leave those of another alone.
#[tokio::test]
async fn links_of_other_purposes_stay() {
    let app = TestApp::with("[limits]\nrates = false").await;
    let ada = app.user(ADA).await;
    let verification = secret(&app, &ada, ADA).await;
    let recovery = json!({"email": ADA, "url": URL});
    for _ in 0..5 {
        app.guest().run("accountCreateRecovery", recovery.clone()).await.data();
    }
    let bob = app.user("bob@example.com").await;
    for _ in 0..5 {
        secret(&app, &bob, "bob@example.com").await;
    }

    assert_eq!(update(&app, &verification.0, &verification.1).await.error(), "ok");
}
