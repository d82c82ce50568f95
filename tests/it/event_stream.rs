//! Answers as server-sent events.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Answer, Caller, TestApp};

mod connection;

fn streamed(document: &str) -> Request<Body> {
    Request::post("/v1/graphql")
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(json!({"query": document}).to_string().into())
        .unwrap()
}

/// The events of an answer that has come to its end: name and data.
fn events(answer: &Answer) -> Vec<(&str, Value)> {
    let events =
        answer.text.split("\n\n").filter(|event| !event.is_empty() && !event.starts_with(':'));
    events
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data = data.strip_prefix("data:").unwrap().trim();
            (name.strip_prefix("event: ").unwrap(), serde_json::from_str(data).unwrap_or_default())
        })
        .collect()
}

/// Follows the account until its session ends, which `end` sees to.
async fn subscribe(caller: &Caller, document: &str, end: impl Future<Output = ()>) -> Answer {
    let caller = caller.clone();
    let request = streamed(document);
    let following = tokio::spawn(async move { caller.request(request).await });
    // The subscription needs a moment until it stands.
    tokio::time::sleep(Duration::from_secs(1)).await;
    end.await;
    timeout(Duration::from_secs(20), following).await.expect("an end").unwrap()
}

#[tokio::test]
async fn a_query_is_one_event() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let answer = ada.request(streamed("{ accountGet { email } }")).await;
    let mutation = ada.request(streamed("mutation { accountDeleteSessions { status } }")).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let data = json!({"data": {"accountGet": {"email": "ada@example.com"}}});
    assert_eq!(events(&answer), [("next", data), ("complete", Value::Null)]);
    assert_eq!(events(&mutation).len(), 2);
}

/// C-15: nothing between server and client keeps events back: no buffer, no cache, no compression.
#[tokio::test]
async fn proxies_do_not_hold_events_back() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await.with("accept-encoding", "gzip");

    let query = ada.request(streamed("{ __schema { types { name description } } }")).await;
    let subscription = subscribe(&ada, "subscription { accountEvents { kind } }", async {
        app.app.stop();
    })
    .await;

    for answer in [query, subscription] {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("x-accel-buffering"), "no");
        assert_eq!(answer.header("cache-control"), "no-cache, no-store, no-transform");
        assert_eq!(answer.header("content-encoding"), "");
    }
}

/// WS-1: a stream ends with its session, too, with an error.
#[tokio::test]
async fn events_come_until_the_session_ends() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let other = app.sign_in("ada@example.com").await;

    let answer = subscribe(&ada, "subscription { accountEvents { kind } }", async {
        other.run("accountUpdateName", json!({"name": "Ada"})).await.data();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let session_id = ada.session_id().await;
        other.run("accountDeleteSession", json!({"sessionId": session_id})).await.data();
    })
    .await;

    let events = events(&answer);
    assert_eq!(events.len(), 3, "{events:?}");
    assert_eq!(events[0].1["data"]["accountEvents"]["kind"], "PROFILE_CHANGED");
    let error = &events[1].1["errors"][0]["extensions"];
    assert_eq!(error["type"], "general_unauthorized_scope");
    assert_eq!(events[2].0, "complete");
}

/// Whoever asks for a code or a recovery with somebody's address changes nothing in the profile.
#[tokio::test]
async fn asking_for_a_secret_is_no_change_of_the_profile() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let stranger = app.guest();

    let answer = subscribe(&ada, "subscription { accountEvents { kind log { event } } }", async {
        let code = json!({"userId": "unique()", "email": "ada@example.com"});
        stranger.run("accountCreateEmailToken", code).await.data();
        let recovery = json!({"email": "ada@example.com", "url": "https://localhost/recovery"});
        stranger.run("accountCreateRecovery", recovery).await.data();
        tokio::time::sleep(Duration::from_secs(1)).await;
        app.app.stop();
    })
    .await;

    let events = events(&answer);
    let received = events.iter().map(|(_, event)| &event["data"]["accountEvents"]);
    let received: Vec<_> =
        received.map(|event| (event["kind"].as_str(), event["log"]["event"].as_str())).collect();
    let expected = ["token.create", "recovery.create"];
    assert_eq!(received[..2], expected.map(|event| (Some("SECURITY"), Some(event))), "{events:?}");
}

#[tokio::test]
async fn an_expired_jwt_ends_the_stream() {
    let app = TestApp::new().await;
    let ada = app.jwt_user("ada@example.com").await;

    let answer = subscribe(&ada, "subscription { accountEvents { kind } }", async {
        app.advance(Duration::from_mins(16));
    })
    .await;

    let events = events(&answer);
    assert_eq!(events[0].1["errors"][0]["extensions"]["type"], "user_jwt_invalid");
    assert_eq!(events[1].0, "complete");
}

/// AV-6: a stream goes on while the server drains, and is cut off when it stops.
#[tokio::test]
async fn a_stopping_server_cuts_streams_off() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let answer = subscribe(&ada, "subscription { accountEvents { kind } }", async {
        app.app.drain();
        ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
        tokio::time::sleep(Duration::from_secs(1)).await;
        app.app.stop();
    })
    .await;

    let events = events(&answer);
    assert_eq!(events[0].1["data"]["accountEvents"]["kind"], "PROFILE_CHANGED");
    assert_eq!(events.len(), 1, "and no `complete`");
}

/// WS-2: streams count like sockets.
#[tokio::test]
async fn a_user_has_ten_streams() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let subscribe = || {
        let ada = ada.clone();
        tokio::spawn(async move {
            ada.request(streamed("subscription { accountEvents { kind } }")).await
        })
    };
    let streams: Vec<_> = (0..10).map(|_| subscribe()).collect();
    tokio::time::sleep(Duration::from_secs(2)).await;

    let eleventh = timeout(Duration::from_secs(20), subscribe()).await.expect("an answer").unwrap();

    assert_eq!(eleventh.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(streams.iter().all(|stream| !stream.is_finished()));
    app.app.stop();
}

#[tokio::test]
async fn a_subscription_needs_a_stream() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let answer = ada.query("subscription { accountEvents { kind } }").await;
    let batch = json!([{"query": "{ __typename }"}]).to_string();
    let mut batch = Request::post("/v1/graphql").body(Body::from(batch)).unwrap();
    batch.headers_mut().insert("content-type", "application/json".parse().unwrap());
    batch.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
    let batch = ada.request(batch).await;
    let by_get = "/v1/graphql?query=subscription%7BaccountEvents%7Bkind%7D%7D";
    let by_get = ada.request(Request::get(by_get).body(Body::empty()).unwrap()).await;

    assert!(answer.text.contains("text/event-stream"), "{}", answer.text);
    assert!(by_get.text.contains("text/event-stream"), "{}", by_get.text);
    assert_eq!(batch.status, StatusCode::NOT_ACCEPTABLE);
}
