//! How long challenges live, and where they can be answered.

use std::time::Duration;

use accountd::account::cleanup;
use entity::passkey_challenge;
use sea_orm::EntityTrait;
use serde_json::json;

use super::{SPENT, add, anonymous, begin, begin_adding, finish, finish_adding};
use crate::support::{Authenticator, TestApp};

#[tokio::test]
async fn a_challenge_lives_five_minutes() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    for (seconds, expected) in [(299, "ok"), (300, SPENT)] {
        let challenge = begin_adding(&user).await;
        let credential = device.create(&challenge["publicKey"]);
        app.advance(Duration::from_secs(seconds));
        let answer = finish_adding(&user, &challenge, credential).await;
        assert_eq!(answer.error(), expected, "adding after {seconds} seconds");
        if expected == SPENT {
            device.passkeys.pop();
        }

        let guest = app.guest();
        let challenge = begin(&guest).await;
        let credential = device.get(&challenge["publicKey"]);
        app.advance(Duration::from_secs(seconds));
        let answer = finish(&guest, &challenge, &credential).await;
        assert_eq!(answer.error(), expected, "signing in after {seconds} seconds");
    }
}

/// OA-7: each challenge is answered once, also rightly.
#[tokio::test]
async fn a_challenge_is_answered_once() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    let challenge = begin_adding(&user).await;
    let credential = device.create(&challenge["publicKey"]);
    let first = finish_adding(&user, &challenge, credential.clone()).await;
    let second = finish_adding(&user, &challenge, credential).await;
    assert_eq!((first.error().as_str(), second.error().as_str()), ("ok", SPENT));

    let guest = app.guest();
    let challenge = begin(&guest).await;
    let credential = device.get(&challenge["publicKey"]);
    let first = finish(&guest, &challenge, &credential).await;
    let second = finish(&guest, &challenge, &credential).await;
    assert_eq!((first.error().as_str(), second.error().as_str()), ("ok", SPENT));
}

/// OA-7: another project, another user, another session of the same user, another passkey and the other ceremony have other
/// challenges; an attempt there doesn't use up this one.
#[tokio::test]
async fn a_challenge_is_answered_where_it_was_made() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    let challenge = begin_adding(&user).await;
    let credential = device.create(&challenge["publicKey"]);
    let elsewhere = app.sign_in("ada@example.com").await;
    let other = app.user("bob@example.com").await;

    for caller in [&elsewhere, &other] {
        let answer = finish_adding(caller, &challenge, credential.clone()).await;
        assert_eq!(answer.error(), SPENT);
    }
    let mut moved = challenge.clone();
    moved["passkeyId"] = json!("another");
    assert_eq!(finish_adding(&user, &moved, credential.clone()).await.error(), SPENT);
    let mut renumbered = challenge.clone();
    renumbered["_id"] = json!("another");
    assert_eq!(finish_adding(&user, &renumbered, credential.clone()).await.error(), SPENT);
    assert_eq!(finish(&app.guest(), &challenge, &credential).await.error(), SPENT);
    assert_eq!(finish_adding(&user, &challenge, credential).await.error(), "ok");

    let guest = app.guest();
    let challenge = begin(&guest).await;
    let credential = device.get(&challenge["publicKey"]);
    let neighbour = app.guest().with("x-appwrite-project", "other");
    assert_eq!(finish(&neighbour, &challenge, &credential).await.error(), SPENT);
    assert_eq!(finish_adding(&user, &challenge, credential.clone()).await.error(), SPENT);
    assert_eq!(finish(&guest, &challenge, &credential).await.error(), "ok");
}

/// A passkey of one project is unknown to another, also on the same domain.
#[tokio::test]
async fn a_passkey_is_of_one_project() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let neighbour = app.guest().with("x-appwrite-project", "other");
    let challenge = begin(&neighbour).await;
    let credential = device
        .get_with(&challenge["publicKey"], |it| it.origin = "https://other.example.com".to_owned());

    assert_eq!(finish(&neighbour, &challenge, &credential).await.error(), super::INVALID);
}

/// A new attempt for the same id makes the earlier one void.
#[tokio::test]
async fn a_second_attempt_replaces_the_first() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await;
    let mut device = Authenticator::synced();
    let variables = json!({"passkeyId": "phone"});
    let first = user.run("accountCreatePasskey", variables.clone()).await.field();
    let second = user.run("accountCreatePasskey", variables.clone()).await.field();
    let credential = device.create(&first["publicKey"]);
    assert_eq!(finish_adding(&user, &first, credential).await.error(), SPENT);
    let credential = device.create(&second["publicKey"]);
    assert_eq!(finish_adding(&user, &second, credential).await.error(), "ok");

    let third = user.run("accountCreatePasskey", variables).await;

    assert_eq!(third.error(), "user_passkey_already_exists 409");
}

/// A challenge that was made for another domain or other origins is void.
#[tokio::test]
async fn a_challenge_is_for_one_relying_party() {
    let project = |setting: &str| {
        format!(
            "[[projects]]\nid = 'shop'\nplatforms = ['shop.example']\npasskeys.rp_id = 'shop.example'\n{setting}"
        )
    };
    let app = TestApp::with(&project("")).await;
    let shop = app.guest().with("x-appwrite-project", "shop");
    let challenge = begin(&shop).await;
    // It holds the server that is to end.
    drop(shop);

    let app = app.restarted_with(&project("passkeys.origins = ['https://shop.example']")).await;

    let shop = app.guest().with("x-appwrite-project", "shop");
    let answer = finish(&shop, &challenge, &json!({})).await;
    assert_eq!(answer.error(), SPENT);
}

#[tokio::test]
async fn expired_challenges_are_deleted() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    begin_adding(&user).await;
    begin(&app.guest()).await;
    let count = async || {
        cleanup::purge_tokens(&app.app, app.app.clock.now()).await;
        passkey_challenge::Entity::find().all(app.app.db.read()).await.unwrap().len()
    };
    assert_eq!(count().await, 2);

    app.advance(Duration::from_mins(5));

    assert_eq!(count().await, 0);
}
