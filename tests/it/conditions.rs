//! `@skip` and `@include`: what is left out never runs, by whatever way it comes.

use accountd::crypto::sha256_hex;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Caller, Socket, TestApp};

/// Documents that leave out the deletion of the account by the default of a variable.
const SKIPPED: [&str; 8] = [
    "mutation ($dry: Boolean = true) { accountDelete @skip(if: $dry) { status } }",
    "mutation ($dry: Boolean! = true) { accountDelete @skip(if: $dry) { status } }",
    "mutation ($run: Boolean = false) { accountDelete @include(if: $run) { status } }",
    "mutation ($dry: Boolean = true) { ... @skip(if: $dry) { accountDelete { status } } }",
    "mutation ($dry: Boolean = true) { ... on Mutation @skip(if: $dry) { accountDelete { status } } }",
    "mutation ($dry: Boolean = true) { ...F @skip(if: $dry) } fragment F on Mutation { accountDelete { status } }",
    "mutation ($dry: Boolean = true) { ...F } fragment F on Mutation { accountDelete @skip(if: $dry) { status } }",
    "mutation ($dry: Boolean = true, $no: Boolean = false) { accountDelete @include(if: $dry) @skip(if: $dry) { status } \
     ... @include(if: $no) { b: accountDelete { status } } }",
];

/// Documents whose conditions are neither true nor false.
const UNKNOWN: [(&str, &str); 6] = [
    ("mutation ($dry: Boolean) { accountDelete @skip(if: $dry) { status } }", "{}"),
    (
        "mutation ($dry: Boolean = true) { accountDelete @skip(if: $dry) { status } }",
        r#"{"dry": null}"#,
    ),
    (
        "mutation ($dry: Boolean = true) { accountDelete @skip(if: $dry) { status } }",
        r#"{"dry": "true"}"#,
    ),
    (
        "mutation ($dry: Boolean! = true) { accountDelete @skip(if: $dry) { status } }",
        r#"{"dry": 1}"#,
    ),
    ("mutation ($dry: [Boolean!]! = [true]) { accountDelete @skip(if: $dry) { status } }", "{}"),
    ("mutation { accountDelete @skip(if: $dry) { status } }", r#"{"dry": true}"#),
];

async fn is_there(caller: &Caller) -> bool {
    caller.query("{ accountGet { _id } }").await.json()["data"]["accountGet"].is_object()
}

/// C-01: a default of a variable skips a field as a value that is sent does: in JSON, batches, persisted documents, the wrapper of
/// the SDKs, event streams and sockets.
#[tokio::test]
async fn a_field_that_a_default_skips_never_runs() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;

    for (number, text) in SKIPPED.into_iter().enumerate() {
        let hash = sha256_hex(text.as_bytes());
        let persisted = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
        for body in [
            json!({"query": text}),
            json!({"query": text, "variables": null}),
            json!({"query": text, "variables": {}}),
            json!([{"query": text}, {"query": text}]),
            json!({"query": text, "extensions": persisted}),
            json!({"extensions": persisted}),
        ] {
            let answer = ada.send(&body).await.json();
            let first = if answer.is_array() { &answer[0] } else { &answer };
            assert_eq!(*first, json!({"data": {}}), "{body}");
        }
        let sdk = ada.clone().with("x-sdk-graphql", "true");
        sdk.send(&json!({"query": {"query": text}})).await.data();
        let stream = Request::post("/v1/graphql")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream");
        ada.request(stream.body(json!({"query": text}).to_string().into()).unwrap()).await;
        socket.subscribe(&number.to_string(), text).await;
        assert_eq!(socket.receive().await["payload"]["data"], json!({}));
        assert_eq!(socket.receive().await["type"], "complete");

        assert!(is_there(&ada).await, "{text}");
    }

    // What is not skipped runs.
    let text = SKIPPED[0];
    let deleted = ada.send(&json!({"query": text, "variables": {"dry": false}})).await;
    assert_eq!(deleted.data()["accountDelete"]["status"], "OK");
    assert!(!is_there(&ada).await);
}

/// C-02: what a default includes is in the answer.
#[tokio::test]
async fn a_field_that_a_default_includes_is_answered() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let text = "query ($x: Boolean = true, $no: Boolean = false) \
                { accountGet { email name @include(if: $x) phone @skip(if: $x) ... @include(if: $no) { _id } } }";
    let expected = json!({"email": "ada@example.com", "name": ""});

    let posted = ada.query(text).await;
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("query", text).finish();
    let request = Request::get(format!("/v1/graphql?{query}")).body(Body::empty()).unwrap();
    let got = ada.request(request).await;
    let sent = json!({"query": text, "variables": {"x": false, "no": true}});
    let sent = ada.send(&sent).await;

    assert_eq!(posted.data()["accountGet"], expected);
    assert_eq!(got.data()["accountGet"], expected);
    let keys: Vec<_> = sent.data()["accountGet"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["_id", "email", "phone"]);
}

/// C-01: with several operations, the defaults are those of the one that runs.
#[tokio::test]
async fn each_operation_has_its_own_defaults() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let text = "mutation Dry($dry: Boolean = true) { ...F } mutation Wet($dry: Boolean = false) { ...F } \
                fragment F on Mutation { accountDelete @skip(if: $dry) { status } }";

    let dry = ada.send(&json!({"query": text, "operationName": "Dry"})).await;
    assert_eq!(dry.data(), json!({}));
    assert!(is_there(&ada).await);
    let wet = ada.send(&json!({"query": text, "operationName": "Wet"})).await;
    assert_eq!(wet.data()["accountDelete"]["status"], "OK");
}

/// C-03: a condition that is neither true nor false is an error of the request, and nothing runs.
#[tokio::test]
async fn an_unknown_condition_runs_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    for (text, variables) in UNKNOWN {
        let variables: Value = serde_json::from_str(variables).unwrap();
        let answer = ada.send(&json!({"query": text, "variables": variables})).await;

        assert_eq!(answer.error(), "general_argument_invalid 400", "{text} {variables}");
        assert_eq!(answer.json().get("data"), None);
        assert!(is_there(&ada).await, "{text} {variables}");
    }
    let skipped = "query ($x: Boolean) { accountGet { name @include(if: $x) } }";
    assert_eq!(ada.query(skipped).await.error(), "general_argument_invalid 400");
}

/// C-01: a subscription can't be left without its field.
#[tokio::test]
async fn the_field_of_a_subscription_has_no_condition() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;

    let text = "subscription ($x: Boolean = true) { accountEvents @skip(if: $x) { number } }";
    socket.subscribe("1", text).await;
    let refused = socket.receive().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(refused["payload"][0]["extensions"]["type"], "general_argument_invalid");

    // Below it, a default decides.
    let text = "subscription ($x: Boolean = true) { accountEvents(after: 0) { number kind @skip(if: $x) } }";
    socket.subscribe("2", text).await;
    let event = socket.receive().await;
    assert_eq!(event["payload"]["data"]["accountEvents"], json!({"number": 1}));
}
