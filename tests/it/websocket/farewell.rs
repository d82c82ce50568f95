//! Operations that end the session of their own socket.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Socket, TestApp};

/// WS-1: the operation that ends the socket's session is answered to its end; then the socket is closed.
#[tokio::test]
async fn the_operation_that_ends_the_session_is_answered() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    for document in [
        "mutation { accountDeleteSession(sessionId: \"current\") { status } }",
        "mutation { accountDeleteSessions { status } }",
        // What comes after it is refused, and listed as such.
        "mutation { accountDeleteSession(sessionId: \"current\") { status } accountUpdateName(name: \"x\") { name } }",
        "mutation { accountUpdateStatus { status } }",
    ] {
        for _ in 0..3 {
            if document.contains("Status {") {
                let server = app.server();
                let id = server.query("{ usersList { users { _id } } }").await.data();
                let id = id["usersList"]["users"][0]["_id"].clone();
                let status = json!({"userId": id, "status": true});
                server.run("usersUpdateStatus", status).await.data();
            }
            let ada = app.sign_in("ada@example.com").await;
            let mut socket = Socket::of(&app, ada.session()).await;
            let mut other = Socket::of(&app, ada.session()).await;

            socket.subscribe("1", document).await;

            let (code, messages) = socket.closed().await;
            assert_eq!(code, 4401);
            assert_answered(document, &messages);
            assert_eq!(other.closed().await, (4401, vec![]));
        }
    }
}

/// The same for a deleted account.
#[tokio::test]
async fn the_deletion_of_the_account_is_answered() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;

    let document = "mutation { accountDelete { status } }";
    socket.subscribe("1", document).await;

    let (code, messages) = socket.closed().await;
    assert_eq!(code, 4401);
    assert_answered(document, &messages);
}

/// The same for a new password by recovery, which ends all sessions.
#[tokio::test]
async fn a_recovery_that_ends_the_session_is_answered() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let wanted = json!({"email": "ada@example.com", "url": "http://localhost/"});
    ada.run("accountCreateRecovery", wanted).await.data();
    let sent = app.newest("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;

    let (user_id, secret) = (&sent["userId"], &sent["secret"]);
    let document = format!(
        "mutation {{ accountUpdateRecovery(userId: {user_id}, secret: {secret}, password: \"{PASSWORD} 2\") {{ _id }} }}"
    );
    socket.subscribe("1", &document).await;

    let (code, messages) = socket.closed().await;
    assert_eq!(code, 4401);
    assert_answered(&document, &messages);
}

fn assert_answered(document: &str, messages: &[Value]) {
    let [next, complete] = messages else { panic!("{document}: {messages:?}") };
    assert_eq!((&next["id"], &next["type"]), (&json!("1"), &json!("next")), "{document}");
    let data = next["payload"]["data"].as_object().unwrap();
    assert!(!data.values().next().unwrap().is_null(), "{document}: {next}");
    assert_eq!(complete, &json!({"id": "1", "type": "complete"}), "{document}");
}
