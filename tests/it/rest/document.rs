//! Every HTTP request line of the Account API document.

use std::sync::Arc;

use accountd::config::Mode;
use accountd::graphql::rest::Route;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, PASSWORD, TestApp, catalog};

/// The request lines of the document, in its order, each with the status that the document gives.
const LINES: [(&str, &str, u16); 20] = [
    ("GET", "/v1/account", 200),
    ("GET", "/v1/account/prefs", 200),
    ("GET", "/v1/account/sessions", 200),
    ("GET", "/v1/account/logs", 200),
    ("GET", "/v1/account/sessions/{sessionId}", 200),
    ("PATCH", "/v1/account/name", 200),
    ("PATCH", "/v1/account/password", 200),
    ("PATCH", "/v1/account/email", 200),
    ("PATCH", "/v1/account/phone", 200),
    ("PATCH", "/v1/account/prefs", 200),
    ("PATCH", "/v1/account/status", 200),
    ("DELETE", "/v1/account/sessions/{sessionId}", 204),
    ("PATCH", "/v1/account/sessions/{sessionId}", 200),
    ("DELETE", "/v1/account/sessions", 204),
    ("POST", "/v1/account/recovery", 201),
    ("PUT", "/v1/account/recovery", 200),
    ("POST", "/v1/account/verification", 201),
    ("PUT", "/v1/account/verification", 200),
    ("POST", "/v1/account/verification/phone", 201),
    ("PUT", "/v1/account/verification/phone", 200),
];

/// What the samples in ten languages call for the request of the same place in [`LINES`]: seven write the name so, two in snake
/// case, and one with a capital letter.
const CALLS: [&str; 20] = [
    "get",
    "getPrefs",
    "listSessions",
    "listLogs",
    "getSession",
    "updateName",
    "updatePassword",
    "updateEmail",
    "updatePhone",
    "updatePrefs",
    "updateStatus",
    "deleteSession",
    "updateSession",
    "deleteSessions",
    "createRecovery",
    "updateRecovery",
    "createVerification",
    "updateVerification",
    "createPhoneVerification",
    "updatePhoneVerification",
];

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const PAGE: &str = "https://example.com";

/// The calls of the samples are the requests of the document, and each is the route of the field of its name.
#[test]
fn the_samples_call_these_requests() {
    let catalog = catalog(Mode::Serve);
    for ((method, path, _), call) in LINES.iter().zip(CALLS) {
        let (first, others) = call.split_at(1);
        let field = format!("account{}{others}", first.to_uppercase());
        let is_this = |route: &&Arc<Route>| {
            format!("{:?}", route.method).to_uppercase() == *method && route.path == *path
        };
        let route = catalog.rest().routes.iter().find(is_this);
        assert_eq!(route.map(|route| route.field.as_str()), Some(&*field), "{method} {path}");
    }
}

/// A user with a phone number, signed in, who calls with a JWT as the document does.
async fn ada(app: &TestApp) -> Caller {
    let ada = app.user(ADA).await;
    let phone = json!({"phone": PHONE, "password": PASSWORD});
    assert_eq!(ada.rest("PATCH", "/v1/account/phone", phone).await.status, 200);
    app.guest().with_jwt(&ada.jwt().await).with("x-appwrite-response-format", "1.0.0")
}

/// Id and secret of a message that a request causes.
async fn request_secret(app: &TestApp, ada: &Caller, path: &str, body: Value, to: &str) -> Value {
    assert_eq!(ada.rest("POST", path, body).await.status, 201, "{path}");
    let message = app.newest(to).await;
    let secret = if to == PHONE { &message["code"] } else { &message["secret"] };
    json!({"userId": message["userId"], "secret": secret})
}

/// The body that the document shows for a request, with values that exist.
async fn body(app: &TestApp, ada: &Caller, method: &str, path: &str) -> Value {
    let url = json!({ "url": PAGE });
    match (method, path) {
        ("PATCH", "/v1/account/name") => json!({"name": "[NAME]"}),
        ("PATCH", "/v1/account/password") => {
            json!({"password": "another good password", "oldPassword": PASSWORD})
        }
        ("PATCH", "/v1/account/email") => {
            json!({"email": "email@example.com", "password": PASSWORD})
        }
        ("PATCH", "/v1/account/phone") => json!({"phone": PHONE, "password": PASSWORD}),
        ("PATCH", "/v1/account/prefs") => json!({"prefs": {}}),
        ("POST", "/v1/account/recovery") => json!({"email": ADA, "url": PAGE}),
        ("POST", "/v1/account/verification") => url,
        ("PUT", "/v1/account/recovery") => {
            let body = json!({"email": ADA, "url": PAGE});
            let mut secret = request_secret(app, ada, "/v1/account/recovery", body, ADA).await;
            secret["password"] = json!("another good password");
            secret["passwordAgain"] = json!("another good password");
            secret
        }
        ("PUT", path @ "/v1/account/verification") => {
            request_secret(app, ada, path, url, ADA).await
        }
        ("PUT", path @ "/v1/account/verification/phone") => {
            request_secret(app, ada, path, Value::Null, PHONE).await
        }
        _ => Value::Null,
    }
}

async fn call(app: &TestApp, ada: &Caller, method: &str, path: &str) -> Answer {
    let body = body(app, ada, method, path).await;
    let path = path.replace("{sessionId}", &ada.session_id().await);
    ada.rest(method, &path, body).await
}

/// The keys of an answer.
fn keys(answer: &Answer) -> String {
    if answer.text.is_empty() {
        return "nothing".to_owned();
    }
    let json = answer.json();
    let keys: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
    keys.join(" ")
}

#[tokio::test]
async fn every_request_of_the_document_succeeds() {
    let mut shapes = Vec::new();
    for (method, path, status) in LINES {
        let app = TestApp::new().await;
        let ada = ada(&app).await;

        let answer = call(&app, &ada, method, path).await;

        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        // With 204, Python's client wants a content type, and Node's newest one that is not JSON.
        let kind = if status == 204 { "text/plain" } else { "application/json" };
        let content_type = format!("{kind}; charset=utf-8");
        assert_eq!(answer.header("content-type"), content_type, "{method} {path}");
        assert_eq!(answer.header("cache-control"), "no-cache, no-store, must-revalidate");
        shapes.push(format!("{method} {path}: {}", keys(&answer)));
    }

    insta::assert_snapshot!(shapes.join("\n"));
}

/// Guests get past none of them but those that work without a sign-in.
#[tokio::test]
async fn the_requests_of_the_document_need_a_user() {
    let mut open = Vec::new();
    for (method, path, _) in LINES {
        let app = TestApp::new().await;
        let ada = ada(&app).await;
        let body = body(&app, &ada, method, path).await;
        let answer = app.guest().rest(method, &path.replace("{sessionId}", "current"), body).await;
        let error = if answer.text.is_empty() { String::new() } else { answer.request_error() };
        match error.as_str() {
            "401 general_unauthorized_scope" => {}
            _ => open.push(format!("{method} {path}")),
        }
    }

    assert_eq!(
        open,
        [
            "POST /v1/account/recovery",
            "PUT /v1/account/recovery",
            "PUT /v1/account/verification",
            "PUT /v1/account/verification/phone",
        ]
    );
}
