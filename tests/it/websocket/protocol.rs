//! The rules of `graphql-transport-ws`, how many sockets there may be, and their end with the server.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::EVENTS;
use crate::support::{Socket, TestApp};

/// WS-2: the rules of the protocol, each with its code.
#[tokio::test]
async fn a_broken_protocol_is_answered_with_the_reason() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let init = json!({"type": "connection_init"});

    let mut early = Socket::open(&app, &[]).await.unwrap();
    early.subscribe("1", "{ __typename }").await;
    assert_eq!(early.closed().await.0, 4401);

    let mut twice = Socket::begin(&app, json!({})).await;
    twice.send_message(&init).await;
    assert_eq!(twice.closed().await.0, 4429);

    let mut forged = Socket::open(&app, &[]).await.unwrap();
    forged
        .send_message(&json!({"type": "connection_init", "payload": {"x-appwrite-jwt": "a.b.c"}}))
        .await;
    assert_eq!(forged.closed().await.0, 4403);

    let mut unnamed = Socket::connect(&app, &[]).await.unwrap();
    assert_eq!(unnamed.closed().await.0, 4406);

    let mut same = Socket::of(&app, ada.session()).await;
    same.subscribe("1", EVENTS).await;
    same.subscribe("1", EVENTS).await;
    assert_eq!(same.closed().await.0, 4409);

    for message in [
        Message::text("no JSON"),
        Message::text(r#"{"type":"unknown"}"#),
        Message::text(r#"{"type":"subscribe","id":"1"}"#),
        Message::binary(vec![1, 2, 3]),
    ] {
        let mut socket = Socket::begin(&app, json!(null)).await;
        socket.send(message).await;
        assert_eq!(socket.closed().await.0, 4400);
    }
}

/// WS-2: who closes a socket gets a close frame back (RFC 6455 section 5.5.1), before and after the first message.
#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let app = TestApp::new().await;
    for code in [1000, 1001, 4500] {
        let early = Socket::open(&app, &[]).await.unwrap();
        let late = Socket::begin(&app, json!({})).await;
        for mut socket in [early, late] {
            let frame = CloseFrame { code: code.into(), reason: "bye".into() };
            socket.send(Message::Close(Some(frame))).await;

            assert_eq!(socket.closed().await.0, code);
        }
    }
}

/// WS-2: a document that is not valid ends the operation with `error`, not with a result.
#[tokio::test]
async fn an_invalid_document_is_an_error_of_its_operation() {
    let app = TestApp::new().await;
    let mut socket = Socket::begin(&app, json!({})).await;
    for document in [
        "{ nope }",
        "{",
        "subscription { a: accountEvents { number } b: accountEvents { number } }",
    ] {
        socket.subscribe("1", document).await;

        let error = socket.receive().await;

        assert_eq!((&error["id"], &error["type"]), (&json!("1"), &json!("error")), "{error}");
        assert!(error["payload"][0]["message"].is_string(), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], 400, "{error}");
    }
    // A field that fails has a result, and the id is free again.
    socket.subscribe("1", "{ accountGet { _id } }").await;
    assert_eq!(socket.receive().await["type"], "next");
    assert_eq!(socket.receive().await["type"], "complete");
}

/// WS-2: a message of 64 KiB is accepted, and a longer one is closed with the reason.
#[tokio::test]
async fn a_long_message_is_refused_with_its_reason() {
    let app = TestApp::new().await;
    let padded = |bytes: usize| format!("{{\"type\":\"ping\"{}}}", " ".repeat(bytes - 15));
    let mut socket = Socket::begin(&app, json!(null)).await;

    socket.send(Message::text(padded(64 * 1024))).await;
    assert_eq!(socket.receive().await, json!({"type": "pong"}));
    socket.send(Message::text(padded(64 * 1024 + 1))).await;

    let (code, reason, _) = socket.farewell().await;
    assert_eq!(code, 4400);
    assert!(reason.starts_with("Message too large: at most 65,536 bytes"), "{reason}");
}

/// WS-2: who says nothing for five seconds is closed.
#[tokio::test]
async fn a_silent_socket_is_closed() {
    let app = TestApp::new().await;

    let mut socket = Socket::open(&app, &[]).await.unwrap();
    socket.send_message(&json!({"type": "ping"})).await;

    assert_eq!(socket.receive().await, json!({"type": "pong"}));
    assert_eq!(socket.closed().await.0, 4408);
}

/// WS-2: 20 operations a socket, 10 sockets a user.
#[tokio::test]
async fn sockets_and_operations_are_counted() {
    let app = TestApp::with("[limits]\nrates = false").await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    for id in 0..20 {
        socket.subscribe(&id.to_string(), EVENTS).await;
    }
    // An ended operation makes room for another.
    socket.send_message(&json!({"id": "0", "type": "complete"})).await;
    socket.subscribe("another", EVENTS).await;
    assert!(socket.is_quiet().await);
    socket.subscribe("too many", EVENTS).await;
    assert_eq!(socket.closed().await.0, 4429);

    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(Socket::of(&app, ada.session()).await);
    }
    let mut eleventh = Socket::open(&app, &[]).await.unwrap();
    let payload = json!({"x-appwrite-session": ada.session()});
    eleventh.send_message(&json!({"type": "connection_init", "payload": payload})).await;
    assert_eq!(eleventh.closed().await.0, 1013);
    drop(sockets);
    app.user("bob@example.com").await;
}

/// WS-2: 200 sockets a network.
#[tokio::test]
async fn sockets_of_a_network_are_counted() {
    let app = TestApp::new().await;
    let mut sockets = Vec::new();
    for _ in 0..200 {
        sockets.push(Socket::open(&app, &[]).await.unwrap());
    }

    assert_eq!(Socket::open(&app, &[]).await.err(), Some(429));
    let mut one = sockets.pop().unwrap();
    one.send_message(&json!({"type": "complete", "id": "1"})).await;
    assert_eq!(one.closed().await.0, 4401);
    drop(one);
    // The place is free a moment after the client has gone.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(Socket::open(&app, &[]).await.is_ok());
}

/// AV-6: a socket goes on while the server drains, and is closed when it stops.
#[tokio::test]
async fn a_stopping_server_closes_with_a_reason() {
    let app = TestApp::new().await;
    let mut socket = Socket::begin(&app, json!({})).await;

    app.app.drain();
    socket.subscribe("1", "{ __typename }").await;
    assert_eq!(socket.receive().await["type"], "next");
    assert_eq!(socket.receive().await["type"], "complete");
    app.app.stop();

    assert_eq!(socket.closed().await.0, 1001);
}

/// AV-6: an operation under way at the stop is answered, a subscription is left to be begun elsewhere.
#[tokio::test]
async fn a_stopping_server_answers_what_is_under_way() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    socket.subscribe("events", "subscription { accountEvents { kind } }").await;
    let db = app.outside().await;
    db.execute_unprepared("BEGIN; UPDATE users SET name = name").await.unwrap();
    socket.subscribe("change", r#"mutation { accountUpdateName(name: "Ada") { name } }"#).await;
    tokio::time::sleep(Duration::from_millis(500)).await;

    app.app.stop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    db.execute_unprepared("ROLLBACK").await.unwrap();

    let answer = socket.receive().await;
    assert_eq!((&answer["type"], &answer["id"]), (&json!("next"), &json!("change")), "{answer}");
    assert_eq!(answer["payload"]["data"]["accountUpdateName"]["name"], "Ada", "{answer}");
    assert_eq!(socket.receive().await, json!({"type": "complete", "id": "change"}));
    assert_eq!(socket.closed().await.0, 1001);
}

/// An upgrade to something else than a socket is left alone.
#[tokio::test]
async fn other_upgrades_are_left_alone() {
    let app = TestApp::new().await;
    let caller = app.guest().with("upgrade", "h2c").with("connection", "Upgrade, HTTP2-Settings");
    let request = axum::http::Request::get("/v1/graphql?query=%7B__typename%7D");

    let answer = caller.request(request.body(axum::body::Body::empty()).unwrap()).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
}
