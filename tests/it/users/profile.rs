//! usersGet, usersUpdateName, usersUpdateEmail, usersUpdatePhone, usersUpdateEmailVerification,
//! usersUpdatePhoneVerification, usersUpdateLabels, usersDelete.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, none};

#[tokio::test]
async fn a_server_reads_and_renames_a_user() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();
    let server = app.server();
    app.advance(Duration::from_secs(1));

    let user = server.run("usersUpdateName", json!({"userId": id, "name": "Ada"})).await.field();

    assert_eq!(user["name"], "Ada");
    assert_eq!(user["_updatedAt"], "2026-11-23T12:00:01.000+00:00");
    assert_eq!(server.run("usersGet", json!({"userId": id})).await.field(), user);
    assert_eq!(ada.run("accountGet", none()).await.field()["name"], "Ada");
    // A server may remove it, a user may not.
    let removed = server.run("usersUpdateName", json!({"userId": id, "name": ""})).await.field();
    assert_eq!(removed["name"], "");
    for bad in ["x".repeat(129), "a\nb".to_owned()] {
        let answer = server.run("usersUpdateName", json!({"userId": id, "name": bad})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "name");
    }
}

/// The address and the number: set, the same again, taken, malformed, removed.
#[tokio::test]
async fn an_address_and_a_number_are_changed() {
    let app = TestApp::new().await;
    let server = app.server();
    let other = json!({"userId": "eve", "email": "eve@example.com", "phone": "+12065550199"});
    server.run("usersCreate", other).await.data();
    let new = json!({"userId": "ada", "email": "ada@example.com", "phone": "+12065550100"});
    server.run("usersCreate", new).await.data();
    for (field, argument, member, value, taken) in [
        ("usersUpdateEmail", "email", "email", "lovelace@example.com", "EVE@example.com"),
        ("usersUpdatePhone", "number", "phone", "+12065550111", "+12065550199"),
    ] {
        let update = async |value: &str| {
            let mut variables = json!({"userId": "ada"});
            variables[argument] = json!(value);
            server.run(field, variables).await
        };
        let verified = format!("{member}Verification");

        let changed = update(value).await.field();
        let again = update(value).await;
        let conflict = update(taken).await;
        let malformed = update("nonsense").await;
        let removed = update("").await.field();

        assert_eq!([&changed[member], &changed[&verified]], [&json!(value), &json!(false)]);
        assert_eq!(again.error(), "ok", "{field}: the own one is no conflict");
        assert_eq!(conflict.error(), "user_target_already_exists 409", "{field}");
        assert_eq!(malformed.error(), "general_argument_invalid 400", "{field}");
        assert_eq!(malformed.argument(), argument);
        assert_eq!(removed[member], "", "{field}");
    }
    // Two users without an address or a number are none of each other's.
    for field in ["usersUpdateEmail", "usersUpdatePhone"] {
        let cleared = json!({"userId": "eve", "email": "", "number": ""});
        assert_eq!(server.run(field, cleared).await.error(), "ok", "{field}");
    }
    assert_eq!(app.count_messages("ada@example.com").await, 0);
}

/// Secrets that were sent to the old address are invalid.
#[tokio::test]
async fn secrets_of_the_old_address_die() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let url = "https://app.example.com/reset";
    let recovery = json!({"email": "ada@example.com", "url": url});
    app.guest().run("accountCreateRecovery", recovery).await.data();
    let secret = app.newest("ada@example.com").await["secret"].clone();

    let moved = json!({"userId": id, "email": "lovelace@example.com"});
    app.server().run("usersUpdateEmail", moved).await.data();

    let redeem = json!({"userId": id, "secret": secret, "password": PASSWORD});
    let answer = app.guest().run("accountUpdateRecovery", redeem).await;
    assert_eq!(answer.error(), "user_invalid_token 401");
}

#[tokio::test]
async fn what_is_verified_can_be_set() {
    let app = TestApp::new().await;
    let server = app.server();
    let new = json!({"userId": "ada", "email": "ada@example.com", "phone": "+12065550100"});
    server.run("usersCreate", new).await.data();
    server.run("usersCreate", json!({"userId": "nobody"})).await.data();
    for (field, member, missing) in [
        ("usersUpdateEmailVerification", "emailVerification", "user_email_not_found 400"),
        ("usersUpdatePhoneVerification", "phoneVerification", "user_phone_not_found 400"),
    ] {
        for verified in [true, false] {
            let user = server.run(field, json!({"userId": "ada", member: verified})).await.field();
            assert_eq!(user[member], verified, "{field}");
        }
        let nothing = server.run(field, json!({"userId": "nobody", member: true})).await;
        let unverified = server.run(field, json!({"userId": "nobody", member: false})).await;

        assert_eq!(nothing.error(), missing, "{field}");
        assert_eq!(unverified.error(), "ok", "{field}");
    }
}

#[tokio::test]
async fn labels_are_replaced() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();
    let server = app.server();
    let update = async |labels: Value| {
        server.run("usersUpdateLabels", json!({"userId": id, "labels": labels})).await
    };

    let user = update(json!(["vip", "beta", "vip"])).await.field();
    let own = ada.run("accountGet", none()).await.field();
    let cleared = update(json!([])).await.field();

    assert_eq!(user["labels"], json!(["vip", "beta"]));
    assert_eq!(own["labels"], user["labels"]);
    assert_eq!(cleared["labels"], json!([]));
    for bad in [json!(["a-b"]), json!([""]), json!(["x".repeat(37)]), json!([null])] {
        let answer = update(bad.clone()).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{bad}");
        assert_eq!(answer.argument(), "labels");
    }
}

/// A deleted user is gone with all that was the user's; id, address and number are free at once.
#[tokio::test]
async fn a_user_is_deleted() {
    let app = TestApp::new().await;
    let server = app.server();
    let new = json!({
        "userId": "ada", "email": "ada@example.com", "phone": "+12065550100", "password": PASSWORD,
    });
    server.run("usersCreate", new.clone()).await.data();
    let ada = app.sign_in("ada@example.com").await;
    let jwt = app.guest().with_jwt(&ada.jwt().await);

    let deleted = server.run("usersDelete", json!({"userId": "ada"})).await.field();

    assert_eq!(deleted, json!({"status": "OK"}));
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    assert_eq!(jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    let again = server.run("usersDelete", json!({"userId": "ada"})).await;
    assert_eq!(again.error(), "user_not_found 404");
    assert_eq!(server.run("usersCreate", new).await.error(), "ok");
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    assert_eq!(jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
}
