//! Two schemas behind one endpoint: the server's for a caller with an API key, and the client's for all others.

use accountd::config::Mode;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Socket, TestApp, sdl, server_sdl};

const GET: &str = "{ usersGet(userId: \"nobody\") { _id } }";

async fn get(caller: &Caller, path: &str) -> Answer {
    caller.request(Request::get(path).body(Body::empty()).unwrap()).await
}

/// Without a key, nothing says that there are fields for servers: not validation, not introspection, and no suggestion.
#[tokio::test]
async fn fields_for_servers_exist_for_servers_only() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let server = app.guest().with_key("ak_server");
    let names = "{ __schema { queryType { fields { name } } } }";
    let has_users = |answer: &Answer| answer.data().to_string().contains("usersGet");

    for caller in [app.guest(), ada.clone()] {
        let refused = caller.query(GET).await;
        let other = caller.query("{ nonesuch(userId: \"nobody\") { _id } }").await;
        assert_eq!(refused.text.replace("usersGet", "nonesuch"), other.text);
        let close = caller.query("{ userGet(userId: \"nobody\") { _id } }").await;
        assert!(!close.text.contains("usersGet"), "{}", close.text);
        assert!(!has_users(&caller.query(names).await));
    }
    let close = server.query("{ userGet(userId: \"nobody\") { _id } }").await;
    assert!(close.text.contains("Did you mean `usersGet`"), "{}", close.text);
    assert!(has_users(&server.query(names).await));
    assert_eq!(server.query(GET).await.error(), "user_not_found 404");
}

/// A document that was checked, or registered, for one schema is not valid for the other.
#[tokio::test]
async fn documents_are_checked_for_each_schema() {
    let app = TestApp::new().await;
    let (guest, server) = (app.guest(), app.guest().with_key("ak_server"));
    let hash = accountd::crypto::sha256_hex(GET.as_bytes());
    let named = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}});
    let registration = json!({"query": GET, "extensions": named["extensions"]});

    assert_eq!(server.send(&registration).await.error(), "user_not_found 404");
    assert_eq!(server.send(&named).await.error(), "user_not_found 404");

    assert_eq!(guest.send(&named).await.error(), "graphql_persisted_query_not_found 404");
    assert_eq!(guest.send(&registration).await.error(), "general_argument_invalid 400");
    let trusted = json!({"documentId": "usersGet", "variables": {"userId": "nobody"}});
    assert_eq!(server.send(&trusted).await.error(), "user_not_found 404");
    assert_eq!(guest.send(&trusted).await.error(), "general_argument_invalid 400");
}

#[tokio::test]
async fn each_caller_gets_the_description_of_its_schema() {
    let app = TestApp::new().await;
    let (guest, server) = (app.guest(), app.guest().with_key("ak_server"));
    let sdl_of = async |caller: &Caller| get(caller, "/v1/schema.graphql").await;
    let openapi_of = async |caller: &Caller| get(caller, "/v1/openapi.json").await.json();

    assert_eq!(sdl_of(&guest).await.text, sdl(Mode::Dev));
    assert_eq!(sdl_of(&server).await.text, server_sdl(Mode::Dev));
    assert!(sdl_of(&server).await.header("vary").contains("x-appwrite-key"));
    assert_eq!(openapi_of(&guest).await["paths"]["/v1/users/{userId}"], Value::Null);
    let route = openapi_of(&server).await["paths"]["/v1/users/{userId}"]["get"].clone();
    assert_eq!(route["security"], json!([{ "Key": ["users.read"] }]));
    assert_eq!(route["tags"], json!(["users"]));
    let unknown = sdl_of(&app.guest().with_key("ak_unknown")).await;
    assert_eq!(unknown.request_error(), "401 user_unauthorized");
}

/// A batch and a query by GET are answered by the same schema.
#[tokio::test]
async fn every_request_by_http_gets_the_schema_of_its_key() {
    let app = TestApp::new().await;
    let server = app.guest().with_key("ak_server");
    let query: String = url::form_urlencoded::byte_serialize(GET.as_bytes()).collect();
    let path = format!("/v1/graphql?query={query}");

    let batch = server.send(&json!([{ "query": GET }])).await;
    assert_eq!(batch.json()[0]["errors"][0]["extensions"]["type"], "user_not_found");
    assert_eq!(get(&server, &path).await.error(), "user_not_found 404");
    assert_eq!(get(&app.guest(), &path).await.error(), "general_argument_invalid 400");
}

/// Limits of fields for servers are settings like others; the schema of clients takes no notice of them.
#[tokio::test]
async fn fields_for_servers_can_be_limited() {
    let limit = "limits.fields.usersGet = [{ limit = 1, window = '1h', per = ['ip'] }]";
    let app = TestApp::with(limit).await;
    let server = app.guest().with_key("ak_server");

    assert_eq!(server.query(GET).await.error(), "user_not_found 404");
    let limited = server.query(GET).await.text;
    assert!(limited.contains("general_rate_limit_exceeded"), "{limited}");
    assert!(!get(&app.guest(), "/v1/schema.graphql").await.text.contains("usersGet"));
}

/// A socket outlives a key that is revoked, so a key opens nothing there.
#[tokio::test]
async fn a_socket_has_the_schema_of_clients() {
    let app = TestApp::new().await;
    let socket = Socket::open(&app, &[("x-appwrite-key", "ak_server")]).await.unwrap();
    let mut socket = socket.initiated(json!({})).await;

    socket.subscribe("1", GET).await;
    let answer = socket.receive().await.to_string();

    assert!(answer.contains("general_argument_invalid"), "{answer}");
    let refused = Socket::open(&app, &[("x-appwrite-key", "ak_unknown")]).await;
    assert_eq!(refused.err(), Some(401));
}
