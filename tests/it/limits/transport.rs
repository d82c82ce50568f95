//! Rate limits, whatever the way by which a request comes.

use std::net::Ipv4Addr;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::{UPDATE, left};
use crate::support::{Socket, TestApp, exchange, none};

/// RL-4: what comes in the wrapper of the SDKs, over a socket, or by fields that are left out, is counted by its executions;
/// what is refused whole is not.
#[tokio::test]
async fn envelopes_are_counted_by_their_executions() {
    let app = TestApp::new().await;
    let session = app.user("ada@example.com").await.session().to_owned();
    // Where sockets come from, too.
    let ada = app.guest_at(Ipv4Addr::LOCALHOST.into()).with_session(&session);
    let one = format!("mutation {{ {UPDATE} }}");

    let skipped =
        format!("mutation {{ a: {UPDATE} b: {} }}", UPDATE.replace(") {", ") @skip(if: true) {"));
    ada.query(&skipped).await;
    assert_eq!(left(&ada).await, 8);
    let inner = UPDATE.replace("_id", "_id @skip(if: true) provider");
    ada.query(&format!("mutation {{ {inner} }}")).await;
    assert_eq!(left(&ada).await, 6);

    let sdk = ada.clone().with("x-sdk-graphql", "true");
    sdk.send(&json!({"query": {"query": one}})).await;
    assert_eq!(left(&ada).await, 4);

    let mut socket = Socket::of(&app, &session).await;
    socket.subscribe("1", &one).await;
    assert_eq!(socket.receive().await["type"], "next");
    assert_eq!(left(&ada).await, 2);

    let doubled = format!("{{\"query\":{one:?},\"query\":{one:?}}}");
    assert_eq!(ada.post(doubled).await.status, 400);
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{{\"query\":{one:?}}}\r\n--x--\r\n"
    );
    let multipart =
        Request::post("/v1/graphql").header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(ada.request(multipart.body(Body::from(form)).unwrap()).await.status, 415);
    let by_get =
        Request::get(format!("/v1/graphql?query={}", one.replace(' ', "%20").replace('"', "%22")));
    assert_eq!(ada.request(by_get.body(Body::empty()).unwrap()).await.status, 405);
    assert_eq!(left(&ada).await, 1);
}

/// GQ-10: a field that fails, and one behind it, have drawn on their quota all the same.
#[tokio::test]
async fn a_failure_gives_nothing_back() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let current = UPDATE.replace("01a2000000000000000f", "current");

    let answer = ada.query(&format!("mutation {{ a: {current} b: {UPDATE} c: {current} }}")).await;

    let data = &answer.json()["data"];
    assert!(data["a"].is_object() && data["b"].is_null() && data["c"].is_object(), "{data}");
    assert_eq!(left(&ada).await, 6);
}

/// RL-8: 25 spellings of the request over a connection, with the quota used up: each is refused or leads nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_the_request_give_no_fresh_quota() {
    let app = TestApp::new().await;
    let session = app.user("ada@example.com").await.session().to_owned();
    let address = app.listen().await.to_string();
    let body = json!({"query": format!("mutation {{ {UPDATE} }}")}).to_string();
    let call = async |target: &str, version: &str, headers: &str| {
        let request = format!(
            "POST {target} HTTP/{version}\r\n{headers}Content-Type: application/json\r\n\
             X-Appwrite-Session: {session}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let address = address.clone();
        tokio::task::spawn_blocking(move || exchange(&address, &request).unwrap()).await.unwrap()
    };
    for _ in 0..10 {
        let answer = call("/v1/graphql", "1.1", "Host: x\r\n").await;
        assert!(answer.contains("user_session_not_found"), "{answer}");
    }

    let absolute = format!("http://{address}/v1/graphql");
    for (target, version, headers) in [
        ("/v1/graphql", "1.1", "Host: other.example.com\r\n"),
        ("/v1/graphql", "1.1", "Host: x:1\r\n"),
        ("/v1/graphql", "1.1", "Host: [::1]:65535\r\n"),
        ("/v1/graphql", "1.1", "host:   X  \r\n"),
        ("/v1/graphql", "1.1", ""),
        ("/v1/graphql", "1.0", ""),
        ("/v1/graphql", "1.0", "Host: x\r\n"),
        (absolute.as_str(), "1.1", "Host: x\r\n"),
        ("http://other.example.com/v1/graphql", "1.1", "Host: x\r\n"),
        ("https://x/v1/graphql", "1.1", "Host: x\r\n"),
        ("/v1/graphql?", "1.1", "Host: x\r\n"),
        ("/v1/graphql?a=b&c", "1.1", "Host: x\r\n"),
        ("/v1/graphql?project=default", "1.1", "Host: x\r\n"),
        ("/v1/graphql/mutation", "1.1", "Host: x\r\n"),
        ("/v1/graphql", "1.1", "Host: x\r\nX-Forwarded-Host: y\r\nX-Forwarded-Port: 1\r\n"),
        ("/v1/graphql", "1.1", "Host: x\r\nX-Original-URL: /other\r\nX-Rewrite-URL: /other\r\n"),
        ("//v1/graphql", "1.1", "Host: x\r\n"),
        ("/v1//graphql", "1.1", "Host: x\r\n"),
        ("/v1/graphql/", "1.1", "Host: x\r\n"),
        ("/v1/./graphql", "1.1", "Host: x\r\n"),
        ("/v1/x/../graphql", "1.1", "Host: x\r\n"),
        ("/v1/%67raphql", "1.1", "Host: x\r\n"),
        ("/v1%2fgraphql", "1.1", "Host: x\r\n"),
        ("/V1/GraphQL", "1.1", "Host: x\r\n"),
        ("/v1/graphql;a=b", "1.1", "Host: x\r\n"),
    ] {
        let answer = call(target, version, headers).await;
        let is_refused = answer.contains("general_rate_limit_exceeded");
        let is_none = [" 404 ", " 400 "].iter().any(|status| answer.contains(status));
        assert!(is_refused || is_none, "{target} {version} {headers}: {answer}");
    }
}

/// RL-7: a visitor can write the left of a list, so only what the last hop before the server has seen counts.
#[tokio::test]
async fn a_forwarding_server_is_believed_from_the_right() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let server = app.guest().with_key("ak_forward").with_session(ada.session());
    for forwarded in ["203.0.113.66, 198.51.100.8", "198.51.100.8", "garbage,198.51.100.8"] {
        let server = server.clone().with("x-forwarded-for", forwarded);
        server.run("accountUpdateName", json!({"name": "Ada"})).await.data();
        let log = ada.run("accountListLogs", none()).await.field();
        assert_eq!(log["logs"][0]["ip"], "198.51.100.8", "{forwarded}");
    }
}
