//! Queries and mutations over WebSocket: who may run them, and what they can't hand over.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::EVENTS;
use crate::support::{PASSWORD, Socket, TestApp, none, operation};

/// WS-3: queries and mutations over the socket pass the same guard and the same limits, and each looks at the session again.
#[tokio::test]
async fn operations_over_a_socket_are_guarded_and_counted() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;

    let sign_in = json!({"email": "ada@example.com", "password": "nope nope"});
    let remaining = |answer: &Value| {
        let quotas = answer["extensions"]["rateLimit"].as_object().unwrap();
        quotas.values().next().unwrap()["remaining"].as_i64().unwrap()
    };
    let document = operation("accountCreateEmailSession");
    let mut left = Vec::new();
    for id in 0..5 {
        let payload = json!({"query": document, "variables": sign_in});
        socket
            .send_message(&json!({"id": id.to_string(), "type": "subscribe", "payload": payload}))
            .await;
        left.push(remaining(&socket.receive().await["payload"]));
        assert_eq!(socket.receive().await["type"], "complete");
    }
    let by_post = app.guest_at(Ipv4Addr::LOCALHOST.into());
    let by_post = by_post.run("accountCreateEmailSession", sign_in.clone()).await;
    left.push(remaining(&by_post.json()));
    assert!(left.windows(2).all(|pair| pair[1] == pair[0] - 1), "{left:?}");

    let aliases: String = (0..31).map(|n| format!("a{n}: __typename ")).collect();
    socket.subscribe("many", &format!("{{ {aliases} }}")).await;
    let answer = socket.receive().await;
    assert_eq!(answer["type"], "error");
    assert!(answer["payload"][0]["message"].as_str().unwrap().contains("too many"), "{answer}");
}

/// WS-5: the page that opens a socket is one of the platforms'; so is the one whose cookie opens it.
#[tokio::test]
async fn a_foreign_page_opens_no_socket() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let cookie = format!("a_session_default={}", ada.session());

    for origin in ["https://evil.example", "null", "http://localhost.evil.example", "file://"] {
        assert_eq!(Socket::open(&app, &[("origin", origin)]).await.err(), Some(403), "{origin}");
    }
    let headers = [("origin", "https://app.example.com"), ("cookie", cookie.as_str())];
    let mut socket = Socket::open(&app, &headers).await.unwrap();
    socket.send_message(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket.subscribe("1", "{ accountGet { email } }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["accountGet"]["email"], "ada@example.com");

    // A page of another project, with the cookie of this one.
    let headers = [("origin", "https://other.example.com"), ("cookie", cookie.as_str())];
    let mut socket = Socket::open(&app, &headers).await.unwrap();
    socket.send_message(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.closed().await.0, 4403);
}

#[tokio::test]
async fn a_guest_is_refused_by_the_field() {
    let app = TestApp::new().await;
    let mut socket = Socket::begin(&app, json!({})).await;

    socket.subscribe("1", EVENTS).await;
    let answer = socket.receive().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["type"], "general_unauthorized_scope");
    assert_eq!(socket.receive().await["type"], "complete");

    for document in [
        "subscription { a: accountEvents { number } b: accountEvents { number } }",
        "subscription { __typename }",
        "subscription { ...F } fragment F on Subscription { a: accountEvents { number } b: accountEvents { kind } }",
    ] {
        socket.subscribe("2", document).await;
        let answer = socket.receive().await;
        let message = answer["payload"][0]["message"].as_str().unwrap();
        assert!(message.contains("exactly one field"), "{answer}");
    }
}

/// A session that a cookie has shown keeps its secret over a socket, where no answer could set another.
#[tokio::test]
async fn a_cookie_outlives_a_change_over_a_socket() {
    let app = TestApp::new().await;
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let secret = opened["secret"].as_str().unwrap();
    let cookie = format!("a_session_default={secret}");
    let mut socket = Socket::open(&app, &[("cookie", &cookie)]).await.unwrap();
    socket.send_message(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");

    let change = "mutation { accountUpdateEmail(email: \"ada@example.com\", password: \"correct horse\") { email } }";
    socket.subscribe("1", change).await;

    assert_eq!(
        socket.receive().await["payload"]["data"]["accountUpdateEmail"]["email"],
        "ada@example.com"
    );
    let account = app.guest().with_session(secret).run("accountGet", none()).await.field();
    assert_eq!(account["email"], "ada@example.com");
}

/// A page can't sign in over a socket, where its new session would be lost; the one-time secret is not used up.
#[tokio::test]
async fn a_page_does_not_sign_in_over_a_socket() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let variables = json!({"userId": "unique()", "email": "ada@example.com"});
    let token = app.guest().run("accountCreateEmailToken", variables).await.field();
    let code = app.newest("ada@example.com").await["code"].clone();
    let mut socket = Socket::open(&app, &[("origin", "https://app.example.com")]).await.unwrap();
    socket.send_message(&json!({"type": "connection_init"})).await;
    socket.receive().await;

    let (user_id, secret) = (&token["userId"], &code);
    let redeem = format!(
        "mutation {{ accountCreateSession(userId: {user_id}, secret: {secret}) {{ _id }} }}"
    );
    let sign_in = format!(
        "mutation {{ accountCreateEmailSession(email: \"ada@example.com\", password: \"{PASSWORD}\") {{ _id }} }}"
    );
    for (id, document) in ["mutation { accountCreateAnonymousSession { _id } }", &sign_in, &redeem]
        .into_iter()
        .enumerate()
    {
        socket.subscribe(&id.to_string(), document).await;
        let answer = socket.receive().await;
        assert_eq!(
            answer["payload"]["errors"][0]["extensions"]["type"], "general_bad_request",
            "{answer}"
        );
        socket.receive().await;
    }

    assert_eq!(ada.run("accountListSessions", none()).await.field()["total"], 1);
    let redeemed = json!({"userId": token["userId"], "secret": code});
    assert_eq!(app.guest().run("accountCreateSession", redeemed).await.error(), "ok");
}

/// WS-4: an event has each field under two keys at most, so that one that nobody reads takes little memory. What clients send
/// has each under one.
#[tokio::test]
async fn an_event_has_a_bound() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    // A string of quotation marks is the longest in JSON.
    let prefs = json!({"text": "\"".repeat(32_000)}).to_string();
    ada.run("accountUpdatePrefs", json!({ "prefs": prefs })).await.data();
    let mut socket = Socket::of(&app, ada.session()).await;

    let all = "_id name labels prefs { data json revision }";
    let largest = format!(
        "subscription {{ accountEvents {{ number user {{ {all} }} again: user {{ {all} }} }} }}"
    );
    socket.subscribe("1", &largest.replace("again:", "a: user { name } again:")).await;
    let refused = socket.receive().await;
    socket.subscribe("2", &largest).await;
    socket.subscribe("3", &operation("accountEvents")).await;
    assert!(socket.is_quiet().await);
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    let events = [socket.receive().await, socket.receive().await];

    let message = "The document has too many keys for `user` in an event of a subscription: at most 2 are allowed.";
    assert_eq!(refused["payload"][0]["message"], message);
    let size = |id: &str| {
        events.iter().find(|event| event["id"] == id).map_or(0, |event| event.to_string().len())
    };
    assert!((250_000..480 * 1024).contains(&size("2")), "{}", size("2"));
    assert!(size("3") > 128_000, "{}", size("3"));
}
