//! What refusals say: the cause, and what to send or to configure instead.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, PASSWORD, Provider, TestApp};

const ADA: &str = "ada@example.com";
/// A server in production that sends mail.
const MAIL: &str =
    "limits.rates = false\nmail.url = 'smtp://127.0.0.1:9'\nmail.from = 'a@example.com'";

async fn get(caller: &Caller, path: &str) -> Answer {
    caller.request(Request::get(path).body(Body::empty()).unwrap()).await
}

fn first(answer: &Answer) -> Value {
    answer.json()["errors"][0].clone()
}

async fn recover(app: &TestApp, url: &str) -> Value {
    let answer = app.guest().run("accountCreateRecovery", json!({"email": ADA, "url": url})).await;
    assert_eq!(answer.error(), "general_argument_invalid 400", "{url}");
    assert_eq!(answer.argument(), "url");
    first(&answer)
}

/// A URL that is refused says why; in development, the hint has the platform to add.
#[tokio::test]
async fn a_refused_url_has_its_cause() {
    let long = format!("http://localhost/{}", "a".repeat(2_048));
    let urls = [
        ("myapp://cb", "platforms", "myapp:"),
        ("exp://192.0.2.2:8081/cb", "platforms", "exp:"),
        ("https://other.example.com/", "platforms", "other.example.com"),
        ("http://localhost:3000/a b", "spaces", ""),
        ("http://user@localhost/", "user name", ""),
        ("http://localhost:99999/", "port", ""),
        ("http://local%68ost/", "host", ""),
        ("http:///page", "host", ""),
        ("localhost:3000/x", "whole URL", ""),
        ("/x", "whole URL", ""),
        ("com.example.app:cb", "whole URL", ""),
        ("ftp://example.com/", "scheme", ""),
        (&long, "2048 bytes", ""),
    ];
    let dev = TestApp::with("limits.rates = false").await;
    let production = TestApp::in_production(MAIL).await;

    for (url, cause, platform) in urls {
        let [refused, silent] = [recover(&dev, url).await, recover(&production, url).await];

        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(cause), "{url}: {message}");
        assert_eq!(
            message == recover(&dev, "https://evil.test/").await["message"],
            cause == "platforms"
        );
        let hint = format!("add \"{platform}\" to the project's `platforms`");
        let expected = if platform.is_empty() { Value::Null } else { json!(hint) };
        assert_eq!(refused["extensions"]["hint"], expected, "{url}");
        assert_eq!(
            (&silent["message"], &silent["extensions"]["hint"]),
            (&refused["message"], &Value::Null)
        );
    }
}

/// The route that a browser opens for a sign-in with a provider has the hint, too.
#[tokio::test]
async fn a_refused_page_of_a_sign_in_has_a_hint() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let path = "/v1/account/sessions/oauth2/fake?success=myapp://cb";

    let refused = get(&app.guest(), path).await;

    assert_eq!(refused.request_error(), "400 general_argument_invalid");
    assert_eq!(refused.json()["hint"], "add \"myapp:\" to the project's `platforms`");
}

/// An error of the whole request has no place in the document.
#[tokio::test]
async fn errors_of_a_request_have_no_locations() {
    let app = TestApp::new().await;
    let unknown = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "f"}}});

    let answer = app.guest().send(&unknown).await;

    assert_eq!(answer.error(), "graphql_persisted_query_not_found 404");
    assert_eq!(first(&answer).get("locations"), None, "{}", answer.text);
}

/// C-06: a body that is no request names the member and what it must be.
#[tokio::test]
async fn a_request_of_the_wrong_form_names_the_member() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let eleven = Value::from(vec![json!({"query": "{ __typename }"}); 11]);
    for (body, expected) in [
        (json!({"query": "{ a }", "variables": "{}"}), "`variables` must be a JSON object"),
        (json!({"query": "{ a }", "operationName": 5}), "`operationName` must be a string"),
        (json!([{"query": "{ a }"}, {"query": ["{ a }"]}]), "`query` must be a string"),
        (json!(5), "must be a JSON object, or a list"),
        (eleven, "up to 10"),
    ] {
        let answer = guest.send(&body).await;
        let message = answer.json()["message"].clone();
        assert_eq!(answer.status, 400, "{body}");
        assert!(message.as_str().unwrap().contains(expected), "{message}");
    }
    for (query, expected) in [
        ("query={a}&query={b}", "The parameter `query` comes twice."),
        (
            "query={a}&variables=5",
            "The parameter `variables` must be a JSON object: see line 1, column 1.",
        ),
    ] {
        let answer = get(&guest, &format!("/v1/graphql?{}", query.replace('{', "%7B"))).await;
        assert_eq!(answer.request_error(), "400 general_argument_invalid");
        assert_eq!(answer.json()["message"], expected);
    }
}

/// GQ-8: some editors and libraries write a byte order mark before JSON. It is refused by its name.
#[tokio::test]
async fn a_byte_order_mark_is_named() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    for (method, path, body) in [
        ("POST", "/v1/graphql", json!({"query": "{ accountGet { name } }"})),
        ("PATCH", "/v1/account/name", json!({"name": "Ada"})),
    ] {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("content-type", "application/json");
        let body = Body::from(format!("\u{feff}{body}"));
        let answer = ada.request(request.body(body).unwrap()).await;

        assert_eq!(answer.request_error(), "400 general_argument_invalid");
        assert!(answer.text.contains("byte order mark"), "{}", answer.text);
    }
}

/// What the server's libraries say of a request stays inside.
#[tokio::test]
async fn no_library_speaks_for_the_server() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    for path in ["/v1/account/sessions/%ff", "/v1/account/sessions/oauth2/%ff"] {
        let answer = get(&ada, path).await;

        assert_eq!(answer.request_error(), "400 general_argument_invalid", "{path}");
        assert_eq!(answer.json()["message"], "Each part of the path must be in UTF-8.");
    }
}

/// Messages about arguments and documents say what was found, and what to send.
#[tokio::test]
async fn messages_say_what_to_send() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let half = "x".repeat(40_000);
    ada.run("accountPatchPrefs", json!({"patch": {"a": half}})).await.data();
    let long = "x".repeat(129);
    let phone = json!({"phone": "+1 206 555 0100", "password": PASSWORD});
    let new = json!({"userId": "eve", "email": "e@example.com", "password": "another good one", "name": long});
    for (answer, expected) in [
        (
            ada.query("mutation { accountCreateJWT(duration: 60.0) { jwt } }").await,
            "and has a number with a fraction or an exponent.",
        ),
        (
            ada.query("mutation { accountCreateJWT(duration: 99999999999) { jwt } }").await,
            "and has a number beyond 32 bits.",
        ),
        (
            ada.query("query A { a: __typename } query B { b: __typename }").await,
            "in `operationName`.",
        ),
        (
            ada.run("accountPatchPrefs", json!({"patch": {"b": half}})).await,
            "would make the preferences larger than 65536 bytes of JSON.",
        ),
        (
            ada.run("accountUpdatePhone", phone).await,
            "without blanks or punctuation, such as +12065550100.",
        ),
        (app.guest().run("accountCreate", new).await, "must have at most 128 characters."),
    ] {
        assert_eq!(answer.error(), "general_argument_invalid 400");
        let message = first(&answer)["message"].clone();
        assert!(message.as_str().unwrap().ends_with(expected), "{message}");
    }
}
