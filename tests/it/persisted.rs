//! Requests that name their document instead of sending it.

use accountd::crypto::sha256_hex;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp, operation};

fn apollo(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

async fn get(caller: &Caller, parameters: &[(&str, &str)]) -> Answer {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let request = Request::get(format!("/v1/graphql?{query}")).body(Body::empty()).unwrap();
    caller.request(request).await
}

/// Automatic persisted queries, as Apollo's clients speak them: miss, registration, hit; and a hash that isn't its own.
#[tokio::test]
async fn clients_register_documents() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let text = "{ accountGet { email } }";
    let extensions = apollo(&sha256_hex(text.as_bytes()));

    let miss = ada.send(&json!({"extensions": extensions})).await;
    assert_eq!(miss.json()["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(miss.error(), "graphql_persisted_query_not_found 404");
    let wrong = ada.send(&json!({"query": "{ __typename }", "extensions": extensions})).await;
    assert_eq!(wrong.error(), "general_argument_invalid 400");
    let first = ada.send(&json!({"query": text, "extensions": extensions})).await;
    let hit = ada.send(&json!({"extensions": extensions})).await;
    assert_eq!(first.data()["accountGet"]["email"], "ada@example.com");
    assert_eq!(hit.data(), first.data());
    let by_get = get(&ada, &[("extensions", &extensions.to_string())]).await;
    assert_eq!(by_get.data(), first.data());
}

/// N-80: a mutation does not run by GET, however it is named, and what the guard refuses is not kept.
#[tokio::test]
async fn registration_opens_no_side_door() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let mutation = "mutation { accountCreateAnonymousSession { _id } }";
    let extensions = apollo(&sha256_hex(mutation.as_bytes()));
    guest.send(&json!({"query": mutation, "extensions": extensions})).await.data();
    let by_get = get(&guest, &[("extensions", &extensions.to_string())]).await;
    assert_eq!(by_get.request_error(), "405 graphql_method_unsupported");
    assert_eq!(by_get.headers["allow"], "POST");

    let deep = format!("{} __typename {}", "{ a".repeat(40), "}".repeat(40));
    let extensions = apollo(&sha256_hex(deep.as_bytes()));
    let refused = guest.send(&json!({"query": deep, "extensions": extensions})).await;
    assert_eq!(refused.error(), "general_argument_invalid 400");
    let again = guest.send(&json!({"extensions": extensions})).await;
    assert_eq!(again.error(), "graphql_persisted_query_not_found 404");
}

/// With the switch on, only documents by id run: the server's own and the app's.
#[tokio::test]
async fn trusted_documents_run_by_id_only() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Me.graphql"), "query Me { accountGet { email } }").unwrap();
    let settings = format!(
        "[graphql]\ntrusted_documents = true\ndocuments = \"{}\"\n[limits]\nrates = false",
        folder.path().display()
    );
    let app = TestApp::with(&settings).await;
    let guest = app.guest();
    let credentials =
        json!({"userId": "ada", "email": "ada@example.com", "password": "correct horse battery"});

    let sign_up = json!({"documentId": "accountCreate", "variables": credentials});
    assert_eq!(guest.send(&sign_up).await.error(), "ok");
    let sign_in = json!({"documentId": "accountCreateEmailSession", "variables": credentials});
    let secret = guest.send(&sign_in).await.field()["secret"].clone();
    let ada = app.guest().with_session(secret.as_str().unwrap());
    let hash = sha256_hex(operation("accountGet").as_bytes());
    for request in [
        json!({"documentId": "Me"}),
        json!({"documentId": "Me", "operationName": "Me"}),
        json!({"documentId": hash}),
        json!({"documentId": format!("sha256:{hash}")}),
        json!({"extensions": apollo(&hash)}),
    ] {
        assert_eq!(ada.send(&request).await.field()["email"], "ada@example.com", "{request}");
    }
    let by_get = get(&ada, &[("documentId", "Me")]).await;
    assert_eq!(by_get.field()["email"], "ada@example.com");

    let text = "{ accountGet { email } }";
    for request in [
        json!({"query": text}),
        json!({"query": text, "extensions": apollo(&sha256_hex(text.as_bytes()))}),
        json!({"query": text, "documentId": "Me"}),
        json!({"documentId": "You"}),
        json!({"query": "{ __schema { types { name } } }"}),
    ] {
        let refused = ada.send(&request).await;
        assert!(refused.error() != "ok", "{request}");
        assert!(refused.json().get("data").is_none(), "{request}");
    }
    assert_eq!(ada.query(text).await.error(), "graphql_document_not_trusted 403");
}

/// An id that no document has is named; a hash gets the text that Apollo's clients wait for.
#[tokio::test]
async fn an_unknown_id_is_named() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let message = |answer: &Answer| answer.json()["errors"][0]["message"].clone();

    let by_id = guest.send(&json!({"documentId": "nope"})).await;
    assert_eq!(by_id.error(), "graphql_persisted_query_not_found 404");
    assert_eq!(message(&by_id), "There is no document `nope`.");
    let by_get = get(&guest, &[("documentId", "nope")]).await;
    assert_eq!(message(&by_get), "There is no document `nope`.");
    let long = "x".repeat(5_000);
    let by_long = guest.send(&json!({"documentId": long})).await;
    assert!(by_long.text.len() < 500, "{}", by_long.text);
    let by_hash = guest.send(&json!({"extensions": apollo("nope")})).await;
    assert_eq!(message(&by_hash), "PersistedQueryNotFound");
}
