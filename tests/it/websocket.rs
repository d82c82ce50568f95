//! GraphQL over WebSocket: what is pushed, and its end with the session.

use std::time::{Duration, Instant};

use accountd::account::events::poller;
use serde_json::{Value, json};

use crate::support::{Socket, TestApp, none};

mod farewell;
mod operations;
mod protocol;

const EVENTS: &str =
    "subscription { accountEvents { number kind log { event } user { name prefs { data } } } }";

fn event(message: &Value) -> &Value {
    assert_eq!(message["type"], "next", "{message}");
    &message["payload"]["data"]["accountEvents"]
}

/// Subscribes, and waits until the subscription stands.
async fn subscribe(socket: &mut Socket) {
    socket.subscribe("1", EVENTS).await;
    assert!(socket.is_quiet().await);
}

#[tokio::test]
async fn changes_of_an_account_are_pushed() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let bob = app.user("bob@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    subscribe(&mut socket).await;

    bob.run("accountUpdateName", json!({"name": "Bob"})).await.data();
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    let first = socket.receive().await;
    ada.run("accountUpdatePrefs", json!({"prefs": "{\"theme\":\"dark\"}"})).await.data();
    let second = socket.receive().await;
    app.sign_in("ada@example.com").await;
    let third = socket.receive().await;
    let wrong = json!({"email": "ada@example.com", "password": "nope nope"});
    app.guest().run("accountCreateEmailSession", wrong).await;
    let fourth = socket.receive().await;

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
async fn a_reconnecting_client_misses_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for name in ["One", "Two", "Three"] {
        ada.run("accountUpdateName", json!({ "name": name })).await.data();
    }
    let mut socket = Socket::of(&app, ada.session()).await;

    socket.subscribe("1", "subscription { accountEvents(after: 3) { number } }").await;

    assert_eq!(event(&socket.receive().await)["number"], 4);
    assert_eq!(event(&socket.receive().await)["number"], 5);
    assert!(socket.is_quiet().await);
    socket.subscribe("2", "subscription { accountEvents(after: -1) { number } }").await;
    let refused = socket.receive().await;
    assert_eq!(refused["payload"]["errors"][0]["extensions"]["type"], "general_argument_invalid");
    assert_eq!(socket.receive().await, json!({"id": "2", "type": "complete"}));
}

/// WS-1: a socket is closed within a second when its session is deleted, the user is blocked, or the JWT expires; what
/// happens after that is not sent.
#[tokio::test]
async fn a_socket_ends_with_its_session() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let other = app.sign_in("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    subscribe(&mut socket).await;
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

/// WS-1, N-88: so it does when its JWT expires, which only the clock shows.
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

/// WS-1: what happens at one server is sent by another one on the same database.
#[tokio::test]
async fn other_servers_changes_are_received() {
    let here = TestApp::new().await;
    // On SQLite there is no other server.
    let Some(there) = here.another().await else { return };
    let following = tokio::spawn(poller::run(here.app.clone()));
    let ada = there.user("ada@example.com").await;
    let other = there.sign_in("ada@example.com").await;
    let mut socket = Socket::of(&here, ada.session()).await;
    subscribe(&mut socket).await;

    other.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    assert_eq!(event(&socket.receive().await)["kind"], "PROFILE_CHANGED");

    let session_id = ada.session_id().await;
    other.run("accountDeleteSession", json!({ "sessionId": session_id })).await.data();
    assert_eq!(socket.closed().await, (4401, vec![]));
    following.abort();
}

/// WS-1: a moment without the database neither lets a socket outlive its session nor ends its subscriptions; a new client is
/// asked to come again.
#[tokio::test]
async fn a_moment_without_the_database_changes_nothing() {
    // The account of a caller that is kept needs no database.
    let app = TestApp::with("database.account_cache_bytes = 0").await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", none()).await.field()["_id"].as_str().unwrap().to_owned();
    let user = (entity::ProjectId::new("default"), entity::UserId::new(id));
    let mut idle = Socket::of(&app, ada.session()).await;
    let mut following = Socket::of(&app, ada.session()).await;
    subscribe(&mut following).await;
    let execute = async |statement: &str| {
        sea_orm::ConnectionTrait::execute_unprepared(app.app.db.writer(), statement).await.unwrap();
    };

    execute("ALTER TABLE sessions RENAME TO gone").await;
    app.app.db.log_notifier().notify(&user);
    assert!(idle.is_quiet().await && following.is_quiet().await);
    let mut late = Socket::open(&app, &[]).await.unwrap();
    late.send_message(
        &json!({"type": "connection_init", "payload": {"x-appwrite-session": ada.session()}}),
    )
    .await;
    assert_eq!(late.closed().await.0, 4500);
    execute("ALTER TABLE gone RENAME TO sessions").await;

    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    assert_eq!(event(&following.receive().await)["user"]["name"], "Ada");
    execute("ALTER TABLE sessions RENAME TO gone").await;
    app.app.db.log_notifier().notify(&user);
    assert!(idle.is_quiet().await && following.is_quiet().await);
    execute("DELETE FROM gone").await;
    execute("ALTER TABLE gone RENAME TO sessions").await;
    assert_eq!(idle.closed().await.0, 4401);
    assert_eq!(following.closed().await.0, 4401);
}
