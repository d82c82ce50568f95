//! usersCreateToken.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp, none};

async fn server_of_ada(app: &TestApp) -> Caller {
    let server = app.server();
    let new = json!({"userId": "ada", "email": "ada@example.com"});
    server.run("usersCreate", new).await.data();
    server
}

async fn create(server: &Caller, mut variables: Value) -> Value {
    variables["userId"] = json!("ada");
    server.run("usersCreateToken", variables).await.field()
}

async fn redeem(app: &TestApp, secret: &str) -> Answer {
    let variables = json!({"userId": "ada", "secret": secret});
    app.guest().run("accountCreateSession", variables).await
}

fn secret(token: &Value) -> &str {
    token["secret"].as_str().unwrap()
}

/// Of any length, the secret signs in once, and verifies nothing.
#[tokio::test]
async fn a_client_signs_in_with_a_token_once() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    for (length, expected) in
        [(None, 6), (Some(4), 4), (Some(31), 31), (Some(64), 64), (Some(128), 128)]
    {
        let token = create(&server, json!({"length": length})).await;
        let (first, second) =
            (redeem(&app, secret(&token)).await, redeem(&app, secret(&token)).await);

        assert_eq!(secret(&token).len(), expected);
        let is_expected = |c: char| match c {
            '0'..='9' | 'a'..='f' => true,
            'g'..='z' => expected < 32 && !"ilou".contains(c),
            _ => false,
        };
        assert!(secret(&token).chars().all(is_expected), "{token}");
        assert_eq!([&token["userId"], &token["phrase"]], ["ada", ""]);
        assert_eq!(token["expire"], "2026-11-23T12:15:00.000+00:00");
        let session = first.field();
        assert_eq!([&session["provider"], &session["userId"]], ["token", "ada"], "{length:?}");
        let ada = app.guest().with_session(session["secret"].as_str().unwrap());
        assert_eq!(ada.run("accountGet", none()).await.field()["emailVerification"], false);
        assert_eq!(second.error(), "user_invalid_token 401", "{length:?}");
    }
}

#[tokio::test]
async fn a_token_expires() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let short = create(&server, json!({"length": 40, "expire": 60})).await;
    let long = create(&server, json!({"length": 40, "expire": 31_536_000})).await;

    app.advance(Duration::from_secs(61));

    assert_eq!(redeem(&app, secret(&short)).await.error(), "user_invalid_token 401");
    assert_eq!(redeem(&app, secret(&long)).await.error(), "ok");
}

/// OT-6: of a short secret, five attempts, and one is valid at a time.
#[tokio::test]
async fn a_short_token_is_hard_to_guess() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let replaced = create(&server, json!({})).await;
    let token = create(&server, json!({})).await;
    assert_eq!(redeem(&app, secret(&replaced)).await.error(), "user_invalid_token 401");

    for _ in 0..4 {
        assert_eq!(redeem(&app, "wrong").await.error(), "user_invalid_token 401");
    }

    assert_eq!(redeem(&app, secret(&token)).await.error(), "user_invalid_token 401");
}

/// Someone who guesses doesn't use up a long one.
#[tokio::test]
async fn guesses_do_not_end_a_long_token() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let token = create(&server, json!({"length": 32})).await;

    for _ in 0..6 {
        assert_eq!(redeem(&app, "wrong").await.error(), "user_invalid_token 401");
    }

    assert_eq!(redeem(&app, secret(&token)).await.error(), "ok");
}

/// Of long ones, three are valid at a time, each for a device.
#[tokio::test]
async fn three_long_tokens_are_live() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let mut tokens = Vec::new();
    for _ in 0..4 {
        app.advance(Duration::from_secs(1));
        tokens.push(create(&server, json!({"length": 64})).await);
    }

    assert_eq!(redeem(&app, secret(&tokens[0])).await.error(), "user_invalid_token 401");
    for token in &tokens[1..] {
        assert_eq!(redeem(&app, secret(token)).await.error(), "ok");
    }
}

#[tokio::test]
async fn a_blocked_user_can_not_redeem_one() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    let before = create(&server, json!({"length": 64})).await;
    server.run("usersUpdateStatus", json!({"userId": "ada", "status": false})).await.data();
    let after = create(&server, json!({"length": 64})).await;

    assert_eq!(redeem(&app, secret(&before)).await.error(), "user_invalid_token 401");
    assert_eq!(redeem(&app, secret(&after)).await.error(), "user_blocked 403");
}

#[tokio::test]
async fn length_and_lifetime_are_bounded() {
    let app = TestApp::new().await;
    let server = server_of_ada(&app).await;
    for (argument, value) in
        [("length", 3), ("length", 129), ("length", -1), ("expire", 59), ("expire", 31_536_001)]
    {
        let answer =
            server.run("usersCreateToken", json!({"userId": "ada", argument: value})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{argument}: {value}");
        assert_eq!(answer.argument(), argument);
    }
}
