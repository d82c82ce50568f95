//! usersUpdateStatus.

use serde_json::json;

use crate::support::{PASSWORD, Socket, TestApp, none};

/// SJ-13: blocking ends the sessions for good, and closes sockets; unblocking lets the user sign in again.
#[tokio::test]
async fn a_blocked_user_is_signed_out_at_once() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    let server = app.server();
    let update = async |status: bool| {
        server.run("usersUpdateStatus", json!({"userId": id, "status": status})).await.field()
    };

    let blocked = update(false).await;

    assert_eq!(blocked["status"], false);
    assert_eq!(socket.closed().await.0, 4401);
    let credentials = json!({"email": "ada@example.com", "password": PASSWORD});
    let sign_in = app.guest().run("accountCreateEmailPasswordSession", credentials).await;
    assert_eq!(sign_in.error(), "user_blocked 403");
    let sessions = server.run("usersListSessions", json!({"userId": id})).await.field();
    assert_eq!(sessions["total"], 0);

    assert_eq!(update(true).await["status"], true);
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    app.sign_in("ada@example.com").await;
}

/// SJ-13: a user who has blocked the own account is no longer blocked for ever, but signs in anew: no session and no JWT of
/// the time before counts again.
#[tokio::test]
async fn a_server_unblocks_a_user_who_blocked_the_own_account() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let other = app.sign_in("ada@example.com").await;
    let jwt = app.guest().with_jwt(&other.jwt().await);
    ada.run("accountUpdateStatus", none()).await.data();
    for caller in [&ada, &other, &jwt] {
        assert_eq!(caller.run("accountGet", none()).await.error(), "user_blocked 403");
    }

    let unblocked = json!({"userId": id, "status": true});
    app.server().run("usersUpdateStatus", unblocked).await.data();

    for caller in [&ada, &other] {
        let refused = caller.run("accountGet", none()).await;
        assert_eq!(refused.error(), "general_unauthorized_scope 401");
    }
    assert_eq!(jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    app.sign_in("ada@example.com").await;
}

/// A status that the user has already is no event. It ends the sessions of a user who has blocked the own account, though.
#[tokio::test]
async fn a_blocked_user_is_not_blocked_again() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let server = app.server();
    let update = async |status: bool| {
        server.run("usersUpdateStatus", json!({"userId": id, "status": status})).await.field()
    };
    let events = async || {
        let log = server.run("usersListLogs", json!({"userId": id})).await.field();
        log["total"].as_u64().unwrap()
    };
    let before = events().await;

    let active = update(true).await;
    assert_eq!(events().await, before);
    ada.run("accountUpdateStatus", none()).await.data();
    app.advance(std::time::Duration::from_secs(1));
    let blocked = update(false).await;
    let again = update(false).await;

    assert_eq!((&active["status"], &blocked["status"]), (&json!(true), &json!(false)));
    assert_eq!(again["_updatedAt"], blocked["_updatedAt"]);
    let log = server.run("usersListLogs", json!({"userId": id})).await.field();
    let changes = log["logs"].as_array().unwrap().iter();
    assert_eq!(changes.filter(|log| log["detail"] == "user.update.status").count(), 1);
    let sessions = server.run("usersListSessions", json!({"userId": id})).await.field();
    assert_eq!(sessions["total"], 0);
    assert_eq!(update(true).await["status"], true);
}
