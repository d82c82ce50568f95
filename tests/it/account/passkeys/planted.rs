//! Passkeys that someone adds without the account's secret, or before the account is the user's own.

use serde_json::json;

use super::{INVALID, add, anonymous, begin_adding, finish_adding, sign_in};
use crate::support::{Authenticator, Browser, PASSWORD, Provider, TestApp, none};

const DENIED: &str = "general_unauthorized_scope 401";

/// SJ-6: a leaked JWT adds no passkey, which would sign in long after it has expired.
#[tokio::test]
async fn a_jwt_adds_no_passkey() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let jwt = app.guest().with_jwt(&user.jwt().await);
    let mut device = Authenticator::synced();

    assert_eq!(jwt.run("accountCreatePasskey", none()).await.error(), DENIED);
    let challenge = begin_adding(&user).await;
    let credential = device.create(&challenge["publicKey"]);
    let refused = finish_adding(&jwt, &challenge, credential.clone()).await;
    assert_eq!(refused.error(), DENIED);

    // It uses up no challenge.
    assert_eq!(finish_adding(&user, &challenge, credential).await.error(), "ok");
}

/// SJ-9: who has signed up by passkey alone keeps it with an address. As someone else may have planted the anonymous session
/// and the passkey, the owner of the address gets a mail, and registrations under way are cancelled.
#[tokio::test]
async fn the_owner_of_an_address_is_alerted_to_passkeys() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let pending = begin_adding(&user).await;
    let variables = json!({"email": "ada@example.com", "password": PASSWORD});

    user.run("accountUpdateEmail", variables).await.data();

    assert_eq!(sign_in(&app.guest(), &mut device).await.error(), "ok");
    assert_eq!(app.newest("ada@example.com").await["kind"], "passkey_added");
    let credential = device.create(&pending["publicKey"]);
    let answer = finish_adding(&user, &pending, credential).await;
    assert_eq!(answer.error(), "user_invalid_token 401");
}

/// SJ-9: linking a provider account ends what a passkey has signed in for before, also a token.
#[tokio::test]
async fn a_token_of_a_passkey_ends_with_an_identity() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let secret = opened["secret"].as_str().unwrap();
    let user = app.guest().with_session(secret);
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let challenge = app.guest().run("accountCreatePasskeyToken", none()).await.field();
    let credential = device.get(&challenge["publicKey"]);
    let variables = json!({"challengeId": challenge["_id"], "credential": credential});
    let token = app.guest().run("accountUpdatePasskeyToken", variables).await.field();
    let mut browser = Browser::new(app.guest()).signed_in(secret);

    browser.sign_in(&provider, "fake").await;

    assert_eq!(browser.user().run("accountGet", none()).await.field()["_id"], opened["userId"]);
    let variables = json!({"userId": token["userId"], "secret": token["secret"]});
    let redeemed = app.guest().run("accountCreateSession", variables).await;
    assert_eq!(redeemed.error(), "user_invalid_token 401");
}

/// A server that resets the second factors of a stolen account removes the thief's passkey, too, and one that is being added.
#[tokio::test]
async fn a_reset_of_factors_deletes_passkeys() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let id = user.run("accountGet", none()).await.field()["_id"].clone();
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let pending = begin_adding(&user).await;

    app.server().run("usersResetMFA", json!({ "userId": id })).await.data();

    assert_eq!(sign_in(&app.guest(), &mut device).await.error(), INVALID);
    let credential = device.create(&pending["publicKey"]);
    let answer = finish_adding(&user, &pending, credential).await;
    assert!(answer.error() != "ok", "{}", answer.text);
    let mail = app.newest("ada@example.com").await;
    assert_eq!(mail["kind"], "mfa_reset");
    assert!(mail["text"].as_str().unwrap().contains("passkeys"));
}
