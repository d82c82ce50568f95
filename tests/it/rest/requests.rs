//! Requests: bodies, query strings, paths, media types.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, PASSWORD, TestApp, none};

const ADA: &str = "ada@example.com";

async fn send(caller: &Caller, method: &str, path: &str, content_type: &str, body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    caller.request(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn json(caller: &Caller, method: &str, path: &str, body: &str) -> Answer {
    send(caller, method, path, "application/json", body).await
}

/// Old clients send `null` or `{}` with GET.
#[tokio::test]
async fn a_body_with_get_is_ignored() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    for (content_type, body) in
        [("application/json", "null"), ("application/json", "{}"), ("", "no JSON"), ("", "")]
    {
        let answer = send(&ada, "GET", "/v1/account", content_type, body).await;

        assert_eq!(answer.json()["email"], ADA, "{body}");
    }
}

/// PHP's client writes an object without members as a list.
#[tokio::test]
async fn a_body_without_members_may_be_anything_empty() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    for body in ["", "{}", "null", "[]", " \n", "{\"unknown\":[1,{}]}"] {
        assert_eq!(json(&ada, "POST", "/v1/account/jwts", body).await.status, 201, "{body}");
    }
    let without_type = send(&ada, "POST", "/v1/account/jwts", "", "").await;
    let emptied = json(&ada, "PATCH", "/v1/account/prefs", r#"{"prefs":[]}"#).await;

    assert_eq!(without_type.status, 201);
    assert_eq!(emptied.json()["prefs"], json!({}));
}

#[tokio::test]
async fn values_of_other_types_are_refused_by_name() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let cases = [
        ("PATCH", "name", r#"{"name":5}"#, "name"),
        ("PATCH", "name", r#"{"name":["Ada"]}"#, "name"),
        ("PATCH", "name", r#"{"name":null}"#, "name"),
        ("PATCH", "name", "{}", "name"),
        ("PATCH", "name", r#"{"name":""}"#, "name"),
        ("POST", "jwts", r#"{"duration":"900"}"#, "duration"),
        ("POST", "jwts", r#"{"duration":1.5}"#, "duration"),
        ("POST", "jwts", r#"{"duration":99999999999}"#, "duration"),
        ("PATCH", "prefs", "{}", "prefs"),
        ("PATCH", "prefs", r#"{"prefs":"{}"}"#, "prefs"),
        ("PATCH", "prefs", r#"{"prefs":[1]}"#, "prefs"),
        ("PATCH", "prefs", r#"{"prefs":{"a":1,"a":2}}"#, "prefs"),
        ("PATCH", "password", r#"{"password":true}"#, "password"),
    ];
    for (method, path, body, argument) in cases {
        let answer = json(&ada, method, &format!("/v1/account/{path}"), body).await;

        assert_eq!(answer.request_error(), "400 general_argument_invalid", "{body}");
        let message = answer.json()["message"].clone();
        assert!(message.as_str().unwrap().contains(&format!("`{argument}`")), "{body}: {message}");
    }
    assert_eq!(ada.rest("GET", "/v1/account", Value::Null).await.json()["name"], "");
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    for body in ["{", "[1]", "5", "\"name\"", "name=Ada", "{\"name\":\"\\ud800\"}", "\u{feff}{}"] {
        let answer = json(&ada, "PATCH", "/v1/account/name", body).await;

        assert_eq!(answer.request_error(), "400 general_argument_invalid", "{body}");
    }
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(2_000_000));
    let answer = json(&ada, "PATCH", "/v1/account/name", &large).await;
    assert_eq!(answer.request_error(), "413 general_argument_invalid");
}

/// GQ-7, NW-9: what a foreign page can send without a preflight is refused.
#[tokio::test]
async fn only_json_is_read() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let body = r#"{"name":"Eve"}"#;
    for content_type in
        ["", "text/plain", "application/x-www-form-urlencoded", "application/json-seq"]
    {
        let answer = send(&ada, "PATCH", "/v1/account/name", content_type, body).await;
        assert_eq!(answer.request_error(), "415 general_argument_invalid", "{content_type}");
    }
    let form =
        send(&ada, "POST", "/v1/account/jwts", "application/x-www-form-urlencoded", "").await;

    assert_eq!(form.request_error(), "415 general_argument_invalid");
    assert_eq!(send(&ada, "DELETE", "/v1/account/sessions", "", "").await.status, 204);
}

/// NW-9: the official SDKs for apps have cookies, and an origin that no page has.
#[tokio::test]
async fn an_app_of_an_sdk_is_no_foreign_page() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let cookie = format!("a_session_default={}", ada.session());
    for (origin, status) in [
        ("appwrite-android://com.example.app", 200),
        ("appwrite-ios://com.example.app", 200),
        ("appwrite-watchos://com.example.app", 200),
        ("appwrite-evil://com.example.app", 403),
        ("android://com.example.app", 403),
    ] {
        let caller = app.guest().with("cookie", &cookie).with("origin", origin);

        let answer = send(&caller, "GET", "/v1/account", "", "").await;

        assert_eq!(answer.status, status, "{origin}");
    }
}

/// C-13, GQ-7: a page of the project needs no media type where it sends no body; a foreign page is refused, also where its
/// browser sends the request without asking.
#[tokio::test]
async fn no_body_needs_no_media_type() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let cookie = format!("a_session_default={}", ada.session());
    let page = |origin: &str| app.guest().with("cookie", &cookie).with("origin", origin);
    let own = page("http://localhost:3000");
    let session = format!("/v1/account/sessions/{}", app.sign_in(ADA).await.session_id().await);

    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let guest = app.guest().with(name, value);
        let stranger = guest.clone().with("cookie", &cookie);
        for (caller, method, path) in [
            (&stranger, "POST", "/v1/account/jwts"),
            (&stranger, "DELETE", session.as_str()),
            (&stranger, "PATCH", "/v1/account/status"),
            (&guest, "POST", "/v1/account/sessions/anonymous"),
        ] {
            let answer = send(caller, method, path, "", "").await;
            assert_eq!(
                answer.request_error(),
                "403 general_unknown_origin",
                "{value} {method} {path}"
            );
            assert!(answer.cookies().is_empty());
        }
    }
    for (method, path, status) in [
        ("POST", "/v1/account/jwts", 201),
        ("PATCH", "/v1/account/sessions/current", 200),
        ("DELETE", session.as_str(), 204),
        ("PATCH", "/v1/account/status", 200),
    ] {
        let answer = send(&own, method, path, "", "").await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
    }
    // The error names the missing arguments, not a missing media type.
    let bare = send(&page("http://localhost"), "PUT", "/v1/account/recovery", "", "").await;
    assert_eq!(bare.request_error(), "400 general_argument_invalid");
    let empty = Request::post("/v1/account/sessions/anonymous").header("content-length", "0");
    let empty = empty.header("origin", "https://app.example.com").body(Body::empty()).unwrap();
    assert_eq!(app.guest().request(empty).await.status, 201);
}

/// NW-9: a cookie counts on the pages of the project only.
#[tokio::test]
async fn cookies_of_foreign_pages_are_refused() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let browser = app.guest().with("cookie", &format!("a_session_default={}", ada.session()));
    let evil = browser.clone().with("origin", "https://evil.example");
    let own = browser.with("origin", "http://localhost:3000");

    let refused = evil.rest("PATCH", "/v1/account/name", json!({"name": "Eve"})).await;
    let renamed = own.rest("PATCH", "/v1/account/name", json!({"name": "Ada"})).await;

    assert_eq!(refused.request_error(), "403 general_unknown_origin");
    assert_eq!(renamed.json()["name"], "Ada");
}

/// Both grammars of queries, by each spelling of a list in a query string.
#[tokio::test]
async fn queries_come_in_both_grammars() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    for name in ["Ada", "Grace", "Joan"] {
        ada.run("accountUpdateName", json!({ "name": name })).await.data();
    }
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let (old, new) = (encode("limit(2)"), encode(r#"{"method":"limit","values":[2]}"#));
    let offset = encode("offset(1)");
    let queries = [
        format!("queries[]={old}"),
        format!("queries%5B%5D={new}"),
        format!("queries[0]={new}"),
        format!("queries%5B0%5D={old}&queries%5B1%5D={offset}"),
        format!("queries={old}"),
        format!("total=true&queries[]={old}&project=default"),
    ];
    for query in queries {
        let answer = ada.rest("GET", &format!("/v1/account/logs?{query}"), Value::Null).await;

        let logs = answer.json();
        assert_eq!(logs["logs"].as_array().map(Vec::len), Some(2), "{query}: {}", answer.text);
        assert!(logs["total"].as_u64() > Some(2), "{query}");
    }
    let refused = ada.rest("GET", "/v1/account/logs?queries[]=limit(x)", Value::Null).await;
    assert_eq!(refused.status, 400);
    let all = ada.rest("GET", "/v1/account/logs?queries[x]=limit(2)", Value::Null).await;
    assert!(all.json()["logs"].as_array().unwrap().len() > 2);
}

#[tokio::test]
async fn paths_are_decoded_once() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let id = ada.session_id().await;
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let get =
        async |id: &str| ada.rest("GET", &format!("/v1/account/sessions/{id}"), Value::Null).await;

    assert_eq!(get(&encoded).await.json()["$id"], id);
    assert_eq!(get("current").await.json()["$id"], id);
    assert_eq!(get("..%2F..%2Faccount").await.request_error(), "400 general_argument_invalid");
    assert_eq!(get("%FF").await.request_error(), "400 general_argument_invalid");
    assert_eq!(get("%00").await.request_error(), "400 general_argument_invalid");
}

/// An unknown route is an error in the same form.
#[tokio::test]
async fn other_paths_and_methods_are_refused() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;

    let path = ada.rest("GET", "/v1/account/nothing", Value::Null).await;
    let method = ada.rest("PUT", "/v1/account", none()).await;
    let nobody = ada.with("x-appwrite-project", "nobody");
    let project = nobody.rest("GET", "/v1/account", Value::Null).await;

    assert_eq!(path.request_error(), "404 general_route_not_found");
    assert_eq!(method.request_error(), "405 general_not_implemented");
    assert!(method.header("allow").contains("GET"), "{:?}", method.headers);
    assert_eq!(project.request_error(), "404 project_not_found");
}

/// Fields run as routes where only trusted documents do.
#[tokio::test]
async fn routes_are_served_with_trusted_documents_only() {
    let app =
        TestApp::with("graphql.trusted_documents = true\nlimits.document.selections = 5").await;
    let guest = app.guest();
    let credentials = json!({"userId": "unique()", "email": ADA, "password": PASSWORD});

    let created = guest.rest("POST", "/v1/account", credentials.clone()).await;
    let session = guest.rest("POST", "/v1/account/sessions/email", credentials).await.json();
    let ada = guest.with_session(session["secret"].as_str().unwrap());

    assert_eq!(created.status, 201);
    assert_eq!(ada.rest("GET", "/v1/account", Value::Null).await.json()["email"], ADA);
}

/// GQ-8: a key that comes twice is refused, known or not.
#[tokio::test]
async fn a_key_appears_once() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for body in [r#"{"name":"A","name":"B"}"#, r#"{"name":"A","x":1,"\u0078":2}"#] {
        let answer = json(&ada, "PATCH", "/v1/account/name", body).await;
        assert_eq!(answer.request_error(), "400 general_argument_invalid", "{body}");
    }
}
