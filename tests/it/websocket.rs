//! GraphQL over WebSocket: the protocol, its limits, and its end with the session.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use accountd::account::events::poller;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{PASSWORD, Socket, TestApp, none, operation};

const EVENTS: &str =
    "subscription { accountEvents { number kind log { event } user { name prefs { data } } } }";

fn event(message: &Value) -> &Value {
    assert_eq!(message["type"], "next", "{message}");
    &message["payload"]["data"]["accountEvents"]
}

/// Subscribes, and waits until the subscription stands.
async fn follow(socket: &mut Socket) {
    socket.subscribe("1", EVENTS).await;
    assert!(socket.is_quiet().await);
}

#[tokio::test]
async fn what_happens_to_an_account_is_pushed() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let bob = app.user("bob@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    follow(&mut socket).await;

    bob.run("accountUpdateName", json!({"name": "Bob"})).await.data();
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    let first = socket.hear().await;
    ada.run("accountUpdatePrefs", json!({"prefs": "{\"theme\":\"dark\"}"})).await.data();
    let second = socket.hear().await;
    app.sign_in("ada@example.com").await;
    let third = socket.hear().await;
    let wrong = json!({"email": "ada@example.com", "password": "nope nope"});
    app.guest().run("accountCreateEmailSession", wrong).await;
    let fourth = socket.hear().await;

    assert_eq!(first["id"], "1");
    assert_eq!(first["payload"]["extensions"]["rateLimit"]["accountEvents"]["limit"], 60);
    assert_eq!(second["payload"]["extensions"], Value::Null);
    assert_eq!(
        *event(&first),
        json!({
            "number": 3, "kind": "PROFILE_CHANGED", "log": {"event": "user.update"},
            "user": {"name": "Ada", "prefs": {"data": "{}"}},
        })
    );
    assert_eq!(event(&second)["kind"], "PREFERENCES_CHANGED");
    assert_eq!(event(&second)["user"]["prefs"]["data"], "{\"theme\":\"dark\"}");
    assert_eq!(event(&third)["kind"], "SESSION_CREATED");
    assert_eq!(event(&fourth)["kind"], "SECURITY");
    assert_eq!(event(&fourth)["number"], 6);
}

#[tokio::test]
async fn who_connects_again_misses_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for name in ["One", "Two", "Three"] {
        ada.run("accountUpdateName", json!({ "name": name })).await.data();
    }
    let mut socket = Socket::of(&app, ada.session()).await;

    socket.subscribe("1", "subscription { accountEvents(after: 3) { number } }").await;

    assert_eq!(event(&socket.hear().await)["number"], 4);
    assert_eq!(event(&socket.hear().await)["number"], 5);
    assert!(socket.is_quiet().await);
    socket.subscribe("2", "subscription { accountEvents(after: -1) { number } }").await;
    let refused = socket.hear().await;
    assert_eq!(refused["payload"]["errors"][0]["extensions"]["type"], "general_argument_invalid");
    assert_eq!(socket.hear().await, json!({"id": "2", "type": "complete"}));
}

/// WS-1: a socket is closed within a second when its session is deleted, the user is blocked, or the JWT expires; what
/// happens after that is not told.
#[tokio::test]
async fn a_socket_ends_with_its_session() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let other = app.sign_in("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    follow(&mut socket).await;
    let mut idle = Socket::of(&app, ada.session()).await;

    let session_id = ada.session_id().await;
    other.run("accountDeleteSession", json!({ "sessionId": session_id })).await.data();
    let revoked = Instant::now();
    other.run("accountUpdateName", json!({"name": "Ada"})).await.data();

    assert_eq!(socket.closed().await, (4401, vec![]));
    assert_eq!(idle.closed().await, (4401, vec![]));
    assert!(revoked.elapsed() < Duration::from_secs(5), "{:?}", revoked.elapsed());

    let mut socket = Socket::of(&app, other.session()).await;
    other.run("accountUpdateStatus", none()).await.data();
    assert_eq!(socket.closed().await.0, 4401);
}

/// WS-1, N-88: so it does when its JWT expires, which nothing but the clock tells.
#[tokio::test]
async fn a_socket_ends_with_its_jwt() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut by_jwt =
        Socket::begin(&app, json!({"headers": {"X-Appwrite-JWT": ada.jwt().await}})).await;
    let mut by_session = Socket::of(&app, ada.session()).await;

    app.advance(Duration::from_mins(15) + Duration::from_secs(5));

    assert_eq!(by_jwt.closed().await, (4401, vec![]));
    assert!(by_session.is_quiet().await);
    app.advance(Duration::from_hours(24 * 366));
    assert_eq!(by_session.closed().await, (4401, vec![]));
}

/// WS-2: the rules of the protocol, each with its code.
#[tokio::test]
async fn whoever_breaks_the_protocol_is_told_how() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let init = json!({"type": "connection_init"});

    let mut early = Socket::open(&app, &[]).await.unwrap();
    early.subscribe("1", "{ __typename }").await;
    assert_eq!(early.closed().await.0, 4401);

    let mut twice = Socket::begin(&app, json!({})).await;
    twice.say(&init).await;
    assert_eq!(twice.closed().await.0, 4429);

    let mut forged = Socket::open(&app, &[]).await.unwrap();
    forged.say(&json!({"type": "connection_init", "payload": {"x-appwrite-jwt": "a.b.c"}})).await;
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

/// WS-2: a message of 64 KiB is taken, and who sends a longer one is told so.
#[tokio::test]
async fn a_long_message_is_refused_with_its_reason() {
    let app = TestApp::new().await;
    let padded = |bytes: usize| format!("{{\"type\":\"ping\"{}}}", " ".repeat(bytes - 15));
    let mut socket = Socket::begin(&app, json!(null)).await;

    socket.send(Message::text(padded(64 * 1024))).await;
    assert_eq!(socket.hear().await, json!({"type": "pong"}));
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
    socket.say(&json!({"type": "ping"})).await;

    assert_eq!(socket.hear().await, json!({"type": "pong"}));
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
    socket.say(&json!({"id": "0", "type": "complete"})).await;
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
    eleventh.say(&json!({"type": "connection_init", "payload": payload})).await;
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
    one.say(&json!({"type": "complete", "id": "1"})).await;
    assert_eq!(one.closed().await.0, 4401);
    drop(one);
    // The place is free a moment after the client has gone.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(Socket::open(&app, &[]).await.is_ok());
}

/// WS-3: queries and mutations over the socket pass the same guard and the same limits, and each looks at the session again.
#[tokio::test]
async fn operations_over_a_socket_are_guarded_and_counted() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;

    let sign_in = json!({"email": "ada@example.com", "password": "nope nope"});
    let remaining = |answer: &Value| {
        let budgets = answer["extensions"]["rateLimit"].as_object().unwrap();
        budgets.values().next().unwrap()["remaining"].as_i64().unwrap()
    };
    let document = operation("accountCreateEmailSession");
    let mut left = Vec::new();
    for id in 0..5 {
        let payload = json!({"query": document, "variables": sign_in});
        socket.say(&json!({"id": id.to_string(), "type": "subscribe", "payload": payload})).await;
        left.push(remaining(&socket.hear().await["payload"]));
        assert_eq!(socket.hear().await["type"], "complete");
    }
    let by_post = app.guest_at(Ipv4Addr::LOCALHOST.into());
    let by_post = by_post.run("accountCreateEmailSession", sign_in.clone()).await;
    left.push(remaining(&by_post.json()));
    assert!(left.windows(2).all(|pair| pair[1] == pair[0] - 1), "{left:?}");

    let aliases: String = (0..31).map(|n| format!("a{n}: __typename ")).collect();
    socket.subscribe("many", &format!("{{ {aliases} }}")).await;
    let answer = socket.hear().await;
    assert!(
        answer["payload"]["errors"][0]["message"].as_str().unwrap().contains("too many"),
        "{answer}"
    );
    assert_eq!(answer["payload"]["data"], Value::Null);
}

/// WS-5: the page that opens a socket is one of the platforms'; so is the one whose cookie opens it.
#[tokio::test]
async fn a_strangers_page_opens_no_socket() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let cookie = format!("a_session_default={}", ada.session());

    for origin in ["https://evil.example", "null", "http://localhost.evil.example", "file://"] {
        assert_eq!(Socket::open(&app, &[("origin", origin)]).await.err(), Some(403), "{origin}");
    }
    let headers = [("origin", "https://app.example.com"), ("cookie", cookie.as_str())];
    let mut socket = Socket::open(&app, &headers).await.unwrap();
    socket.say(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    socket.subscribe("1", "{ accountGet { email } }").await;
    assert_eq!(socket.hear().await["payload"]["data"]["accountGet"]["email"], "ada@example.com");

    // A page of another project, with the cookie of this one.
    let headers = [("origin", "https://other.example.com"), ("cookie", cookie.as_str())];
    let mut socket = Socket::open(&app, &headers).await.unwrap();
    socket.say(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.closed().await.0, 4403);
}

#[tokio::test]
async fn a_guest_is_refused_by_the_field() {
    let app = TestApp::new().await;
    let mut socket = Socket::begin(&app, json!({})).await;

    socket.subscribe("1", EVENTS).await;
    let answer = socket.hear().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["type"], "general_unauthorized_scope");
    assert_eq!(socket.hear().await["type"], "complete");

    for document in [
        "subscription { a: accountEvents { number } b: accountEvents { number } }",
        "subscription { __typename }",
        "subscription { ...F } fragment F on Subscription { a: accountEvents { number } b: accountEvents { kind } }",
    ] {
        socket.subscribe("2", document).await;
        let answer = socket.hear().await;
        let message = answer["payload"]["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("exactly one field"), "{answer}");
        assert_eq!(socket.hear().await["type"], "complete");
    }
}

/// AV-6: a socket goes on while the server drains, and is closed when it stops.
#[tokio::test]
async fn a_stopping_server_says_good_bye() {
    let app = TestApp::new().await;
    let mut socket = Socket::begin(&app, json!({})).await;

    app.app.drain();
    socket.subscribe("1", "{ __typename }").await;
    assert_eq!(socket.hear().await["type"], "next");
    assert_eq!(socket.hear().await["type"], "complete");
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
    let held = db.begin().await.unwrap();
    held.execute_unprepared("UPDATE users SET name = name").await.unwrap();
    socket.subscribe("change", r#"mutation { accountUpdateName(name: "Ada") { name } }"#).await;
    tokio::time::sleep(Duration::from_millis(200)).await;

    app.app.stop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    held.rollback().await.unwrap();

    let answer = socket.hear().await;
    assert_eq!((&answer["type"], &answer["id"]), (&json!("next"), &json!("change")), "{answer}");
    assert_eq!(answer["payload"]["data"]["accountUpdateName"]["name"], "Ada", "{answer}");
    assert_eq!(socket.hear().await, json!({"type": "complete", "id": "change"}));
    assert_eq!(socket.closed().await.0, 1001);
}

/// WS-1: what happens at one server is told at another one on the same database.
#[tokio::test]
async fn other_servers_changes_are_told() {
    let here = TestApp::new().await;
    // On SQLite there is no other server.
    let Some(there) = here.another().await else { return };
    let following = tokio::spawn(poller::run(here.app.clone()));
    let ada = there.user("ada@example.com").await;
    let other = there.sign_in("ada@example.com").await;
    let mut socket = Socket::of(&here, ada.session()).await;
    follow(&mut socket).await;

    other.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    assert_eq!(event(&socket.hear().await)["kind"], "PROFILE_CHANGED");

    let session_id = ada.session_id().await;
    other.run("accountDeleteSession", json!({ "sessionId": session_id })).await.data();
    assert_eq!(socket.closed().await, (4401, vec![]));
    following.abort();
}

/// A session that a cookie has shown keeps its secret over a socket, where no answer could set another.
#[tokio::test]
async fn a_cookie_outlives_a_change_over_a_socket() {
    let app = TestApp::new().await;
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let secret = opened["secret"].as_str().unwrap();
    let cookie = format!("a_session_default={secret}");
    let mut socket = Socket::open(&app, &[("cookie", &cookie)]).await.unwrap();
    socket.say(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");

    let change = "mutation { accountUpdateEmail(email: \"ada@example.com\", password: \"correct horse\") { email } }";
    socket.subscribe("1", change).await;

    assert_eq!(
        socket.hear().await["payload"]["data"]["accountUpdateEmail"]["email"],
        "ada@example.com"
    );
    let account = app.guest().with_session(secret).run("accountGet", none()).await.field();
    assert_eq!(account["email"], "ada@example.com");
}

/// A page can't sign in over a socket, where its new session would be lost; the one-time secret is not spent.
#[tokio::test]
async fn a_page_does_not_sign_in_over_a_socket() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let variables = json!({"userId": "unique()", "email": "ada@example.com"});
    let token = app.guest().run("accountCreateEmailToken", variables).await.field();
    let code = app.newest("ada@example.com").await["code"].clone();
    let mut socket = Socket::open(&app, &[("origin", "https://app.example.com")]).await.unwrap();
    socket.say(&json!({"type": "connection_init"})).await;
    socket.hear().await;

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
        let answer = socket.hear().await;
        assert_eq!(
            answer["payload"]["errors"][0]["extensions"]["type"], "general_bad_request",
            "{answer}"
        );
        socket.hear().await;
    }

    assert_eq!(ada.run("accountListSessions", none()).await.field()["total"], 1);
    let redeemed = json!({"userId": token["userId"], "secret": code});
    assert_eq!(app.guest().run("accountCreateSession", redeemed).await.error(), "ok");
}

/// WS-1: a moment without the database neither lets a socket outlive its session nor ends what it follows; who comes then is
/// told to come again.
#[tokio::test]
async fn a_moment_without_the_database_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", none()).await.field()["_id"].as_str().unwrap().to_owned();
    let user = (entity::ProjectId::new("default"), entity::UserId::new(id));
    let mut idle = Socket::of(&app, ada.session()).await;
    let mut following = Socket::of(&app, ada.session()).await;
    follow(&mut following).await;
    let execute = async |statement: &str| {
        sea_orm::ConnectionTrait::execute_unprepared(app.app.db.writer(), statement).await.unwrap();
    };

    execute("ALTER TABLE sessions RENAME TO gone").await;
    app.app.db.log_notifier().notify(&user);
    assert!(idle.is_quiet().await && following.is_quiet().await);
    let mut late = Socket::open(&app, &[]).await.unwrap();
    late.say(&json!({"type": "connection_init", "payload": {"x-appwrite-session": ada.session()}}))
        .await;
    assert_eq!(late.closed().await.0, 4500);
    execute("ALTER TABLE gone RENAME TO sessions").await;

    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    assert_eq!(event(&following.hear().await)["user"]["name"], "Ada");
    execute("ALTER TABLE sessions RENAME TO gone").await;
    app.app.db.log_notifier().notify(&user);
    assert!(idle.is_quiet().await && following.is_quiet().await);
    execute("DELETE FROM gone").await;
    execute("ALTER TABLE gone RENAME TO sessions").await;
    assert_eq!(idle.closed().await.0, 4401);
    assert_eq!(following.closed().await.0, 4401);
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
