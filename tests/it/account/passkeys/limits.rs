//! How many passkeys and calls there may be.

use serde_json::json;

use super::{add, anonymous, begin_adding, finish_adding};
use crate::support::{Authenticator, TestApp, none};

const LIMITED: &str = "general_rate_limit_exceeded 429";
const FULL: &str = "user_passkey_limit_exceeded 400";

/// Ten, with those that are being added.
#[tokio::test]
async fn a_user_has_ten_passkeys() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await.with_key("ak_exempt");
    let mut device = Authenticator::synced();
    for _ in 0..9 {
        add(&user, &mut device).await;
    }
    let tenth = begin_adding(&user).await;
    assert_eq!(user.run("accountCreatePasskey", none()).await.error(), FULL);
    let again = json!({"passkeyId": tenth["passkeyId"]});
    let tenth = user.run("accountCreatePasskey", again).await.field();
    let credential = device.create(&tenth["publicKey"]);
    finish_adding(&user, &tenth, credential).await.data();

    assert_eq!(user.run("accountCreatePasskey", none()).await.error(), FULL);

    let deleted = user.run("accountDeletePasskey", json!({"passkeyId": tenth["passkeyId"]})).await;
    assert_eq!(deleted.error(), "ok");
    add(&user, &mut device).await;
}

/// RL-1: adding is limited for each user, signing in for each network.
#[tokio::test]
async fn calls_are_limited() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let same = json!({"passkeyId": "phone"});
    for _ in 0..10 {
        user.run("accountCreatePasskey", same.clone()).await.data();
    }
    assert_eq!(user.run("accountCreatePasskey", same).await.error(), LIMITED);

    let guest = app.guest();
    for _ in 0..100 {
        guest.run("accountCreatePasskeyToken", none()).await.data();
    }
    assert_eq!(guest.run("accountCreatePasskeyToken", none()).await.error(), LIMITED);
    let variables = json!({"challengeId": "x", "credential": {}});
    for number in 0..100 {
        let field = ["accountCreatePasskeySession", "accountUpdatePasskeyToken"][number % 2];
        assert_eq!(guest.run(field, variables.clone()).await.error(), super::SPENT);
    }
    assert_eq!(guest.run("accountCreatePasskeySession", variables).await.error(), LIMITED);
}

#[tokio::test]
async fn arguments_are_checked() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    for (variables, argument) in [
        (json!({"passkeyId": "-x"}), "passkeyId"),
        (json!({"passkeyId": "x".repeat(37)}), "passkeyId"),
        (json!({"name": "x".repeat(129)}), "name"),
        (json!({"name": "a\nb"}), "name"),
    ] {
        let answer = user.run("accountCreatePasskey", variables).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), argument);
    }
    let mut device = Authenticator::synced();
    let passkey = add(&user, &mut device).await;
    let variables = json!({"passkeyId": passkey["_id"], "name": ""});
    let answer = user.run("accountUpdatePasskey", variables).await;
    assert_eq!(answer.argument(), "name");
}
