//! Passkeys of users, for servers with an API key.

use serde_json::json;

use super::{INVALID, add, anonymous, sign_in};
use crate::support::{Authenticator, TestApp, none};

/// A server sees the passkeys of a user as the user does, and deletes even the last way to sign in.
#[tokio::test]
async fn a_server_lists_and_deletes_passkeys() {
    let app = TestApp::new().await;
    let (user, server) = (anonymous(&app).await, app.server());
    let mut device = Authenticator::synced();
    let passkey = add(&user, &mut device).await;
    let id = user.run("accountGet", none()).await.field()["_id"].clone();
    let of_user = json!({ "userId": id });

    let list = server.run("usersListPasskeys", of_user.clone()).await.field();

    assert_eq!(list, json!({"total": 1, "passkeys": [passkey]}));
    let variables = json!({"userId": id, "passkeyId": passkey["_id"]});
    server.run("usersDeletePasskey", variables.clone()).await.data();
    assert_eq!(sign_in(&app.guest(), &mut device).await.error(), INVALID);
    assert_eq!(user.run("accountGet", none()).await.error(), "ok", "sessions stay");
    let again = server.run("usersDeletePasskey", variables).await.error();
    assert_eq!(again, "user_passkey_not_found 404");
    assert_eq!(server.run("usersListPasskeys", of_user).await.field()["total"], 0);
    let logs = server.run("usersListLogs", json!({ "userId": id })).await.field();
    assert_eq!(logs["logs"][0]["event"], "passkey.delete");
    assert_eq!(logs["logs"][0]["mode"], "admin");
}

/// A passkey of another user is not found, and an unknown user isn't either.
#[tokio::test]
async fn passkeys_are_found_with_their_user() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await;
    let passkey = add(&user, &mut Authenticator::synced()).await;
    let other = anonymous(&app).await.run("accountGet", none()).await.field()["_id"].clone();
    let delete = async |id: &str| {
        let variables = json!({"userId": id, "passkeyId": passkey["_id"]});
        app.server().run("usersDeletePasskey", variables).await.error()
    };

    assert_eq!(delete(other.as_str().unwrap()).await, "user_passkey_not_found 404");
    assert_eq!(delete("nobody").await, "user_not_found 404");
    let unknown = app.server().run("usersListPasskeys", json!({"userId": "nobody"})).await;
    assert_eq!(unknown.error(), "user_not_found 404");
    assert_eq!(user.run("accountListPasskeys", none()).await.field()["total"], 1);
}
