//! Renaming and deleting passkeys, and what becomes of them with their users.

use std::time::Duration;

use accountd::account::cleanup;
use entity::passkey;
use sea_orm::EntityTrait;
use serde_json::json;

use super::{INVALID, add, anonymous, begin_adding, finish_adding, sign_in};
use crate::support::{Authenticator, PASSWORD, TestApp, none};

const LAST: &str = "user_last_sign_in_method 400";
const NOT_FOUND: &str = "user_passkey_not_found 404";

#[tokio::test]
async fn a_passkey_is_renamed() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    let passkey = add(&user, &mut device).await;
    app.advance(Duration::from_secs(7));

    let variables = json!({"passkeyId": passkey["_id"], "name": "Phone"});
    let renamed = user.run("accountUpdatePasskey", variables).await.field();

    assert_eq!(renamed["name"], "Phone");
    assert_eq!(renamed["_updatedAt"], "2026-11-23T12:00:07.000+00:00");
    assert_eq!(renamed["_createdAt"], passkey["_createdAt"]);
    let logs = user.run("accountListLogs", none()).await.field();
    assert_eq!(logs["logs"][0]["event"], "passkey.update");
}

/// A deleted passkey signs in no more; its owner gets a mail.
#[tokio::test]
async fn a_passkey_is_deleted() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    let passkey = add(&user, &mut device).await;

    let variables = json!({"passkeyId": passkey["_id"]});
    user.run("accountDeletePasskey", variables.clone()).await.data();

    assert_eq!(sign_in(&app.guest(), &mut device).await.error(), INVALID);
    assert_eq!(user.run("accountDeletePasskey", variables.clone()).await.error(), NOT_FOUND);
    assert_eq!(user.run("accountGetPasskey", variables).await.error(), NOT_FOUND);
    assert_eq!(app.newest("ada@example.com").await["kind"], "passkey_deleted");
    let logs = user.run("accountListLogs", none()).await.field();
    assert_eq!(logs["logs"][0]["event"], "passkey.delete");
}

/// Those of other users read as not found.
#[tokio::test]
async fn passkeys_of_others_are_not_found() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let passkey = add(&user, &mut Authenticator::synced()).await;
    let other = app.user("bob@example.com").await;
    let variables = json!({"passkeyId": passkey["_id"], "name": "Mine"});

    for field in ["accountGetPasskey", "accountUpdatePasskey", "accountDeletePasskey"] {
        assert_eq!(other.run(field, variables.clone()).await.error(), NOT_FOUND, "{field}");
    }
    let taken = other.run("accountCreatePasskey", json!({"passkeyId": passkey["_id"]})).await;
    assert_eq!(taken.error(), "user_passkey_already_exists 409");
}

/// The same credential is added once, also by two users.
#[tokio::test]
async fn a_credential_has_one_owner() {
    let app = TestApp::new().await;
    let [user, other] = [anonymous(&app).await, anonymous(&app).await];
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let held = device.passkeys[0].clone();
    for caller in [&other, &user] {
        let challenge = begin_adding(caller).await;
        let credential = device.create_with(&challenge["publicKey"], |it| {
            it.id.clone_from(&held.id);
            it.attested_id.clone_from(&held.id);
        });
        let answer = finish_adding(caller, &challenge, credential).await;
        assert_eq!(answer.error(), "user_passkey_already_exists 409");
    }
}

/// OA-12: the last way to sign in can't be deleted, unless there is another.
#[tokio::test]
async fn the_last_way_in_stays() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await;
    let mut device = Authenticator::synced();
    let first = json!({"passkeyId": add(&user, &mut device).await["_id"]});
    assert_eq!(user.run("accountDeletePasskey", first.clone()).await.error(), LAST);

    // Another passkey.
    let second = json!({"passkeyId": add(&user, &mut device).await["_id"]});
    assert_eq!(user.run("accountDeletePasskey", first).await.error(), "ok");
    assert_eq!(user.run("accountDeletePasskey", second.clone()).await.error(), LAST);

    // An address and a password.
    let session = sign_in(&app.guest(), &mut device).await.field();
    let user = app.guest().with_session(session["secret"].as_str().unwrap());
    let variables = json!({"email": "ada@example.com", "password": PASSWORD});
    user.run("accountUpdateEmail", variables).await.data();
    let user = app.sign_in("ada@example.com").await;
    assert_eq!(user.run("accountDeletePasskey", second).await.error(), "ok");

    // A verified number.
    let guest = app.guest();
    let variables = json!({"userId": "cyd", "phone": "+12065550100"});
    guest.run("accountCreatePhoneToken", variables).await.data();
    let code = app.newest("+12065550100").await["code"].clone();
    let variables = json!({"userId": "cyd", "secret": code});
    let session = guest.run("accountCreateSession", variables).await.field();
    let user = guest.with_session(session["secret"].as_str().unwrap());
    let third = json!({"passkeyId": add(&user, &mut device).await["_id"]});
    assert_eq!(user.run("accountDeletePasskey", third).await.error(), "ok");
}

/// OA-5: a user with a passkey can sign in again, and is not deleted as abandoned.
#[tokio::test]
async fn a_user_with_a_passkey_is_not_abandoned() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    user.run("accountDeleteSessions", none()).await.data();
    anonymous(&app).await.run("accountDeleteSessions", none()).await.data();
    app.advance(Duration::from_hours(24 * 31));

    cleanup::purge(&app.app, app.app.clock.now()).await;

    assert_eq!(entity::user::Entity::find().all(app.app.db.read()).await.unwrap().len(), 1);
    assert_eq!(sign_in(&app.guest(), &mut device).await.error(), "ok");
}

/// OA-4: a user who signed up with another person's address also loses the passkeys when its owner proves it.
#[tokio::test]
async fn passkeys_from_before_the_proof_are_revoked() {
    let app = TestApp::new().await;
    let attacker = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&attacker, &mut device).await;
    let pending = begin_adding(&attacker).await;
    let owner = app.guest();
    let variables = json!({"userId": "unique()", "email": "ada@example.com"});
    let token = owner.run("accountCreateEmailToken", variables).await.field();
    let code = app.newest("ada@example.com").await["code"].clone();
    let variables = json!({"userId": token["userId"], "secret": code});
    owner.run("accountCreateSession", variables).await.data();

    assert_eq!(sign_in(&app.guest(), &mut device).await.error(), INVALID);
    let credential = device.create(&pending["publicKey"]);
    let answer = finish_adding(&attacker, &pending, credential).await;
    assert_eq!(answer.error(), "general_unauthorized_scope 401");
}

/// They are deleted with their user.
#[tokio::test]
async fn passkeys_are_deleted_with_the_user() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    begin_adding(&user).await;

    user.run("accountDelete", none()).await.data();

    assert!(passkey::Entity::find().all(app.app.db.read()).await.unwrap().is_empty());
    assert_eq!(sign_in(&app.guest(), &mut device).await.error(), INVALID);
}
