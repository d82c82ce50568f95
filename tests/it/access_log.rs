//! The line that each request leaves in the log, and the id by which it is found.

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Log, PASSWORD, Socket, TestApp, exchange, none};

mod operator;
mod secrecy;
mod stalled;

const ADA: &str = "ada@example.com";
const PATH: &str = "/v1/graphql";

/// Sends a request without a body.
async fn send(caller: &Caller, method: Method, target: &str) -> Answer {
    let request = Request::builder().method(method).uri(target);
    caller.request(request.body(Body::empty()).unwrap()).await
}

async fn get(caller: &Caller, target: &str) -> Answer {
    send(caller, Method::GET, target).await
}

/// The values of a line in these fields; null where it has none.
fn fields(line: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| line[*name].clone()).collect()
}

/// A fresh id: 128 bits in hexadecimal digits.
fn is_new(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|c| c.is_ascii_hexdigit())
}

/// Every request leaves one line, whatever becomes of it, and its answer names it.
#[tokio::test]
async fn a_request_is_one_line() {
    let app = TestApp::with("limits.body_bytes = 1000").await;
    let ada = app.user(ADA).await;
    let guest = app.guest();
    let log = Log::json("info");
    let check = |answer: &Answer, expected: Value| {
        let line = log.take_request();
        let said = ["method", "path", "route", "status", "kind", "operation", "fields", "error"];
        assert_eq!(fields(&line, &said), expected);
        assert_eq!(line["request_id"], answer.header("x-request-id"));
        assert!(is_new(answer.header("x-request-id")), "{answer:?}");
        assert_eq!(line["status"], answer.status.as_u16());
        assert_eq!(line["bytes"], answer.text.len());
        assert!(line["ms"].as_f64().unwrap() >= 0.0 && line["client"].is_string(), "{line}");
    };

    let answer = ada.query("query Me { accountGet { _id } ...Logs } fragment Logs on Query { accountListLogs { total } }").await;
    check(
        &answer,
        json!(["POST", PATH, PATH, 200, "query", "Me", "accountGet,accountListLogs", null]),
    );
    let answer = ada.query("{ one: accountGet { _id } two: accountGet { name } }").await;
    check(&answer, json!(["POST", PATH, PATH, 200, "query", null, "accountGet", null]));
    let answer = guest.query("{ accountGet { _id } }").await;
    let error = "general_unauthorized_scope";
    check(&answer, json!(["POST", PATH, PATH, 200, "query", null, "accountGet", error]));
    let answer = get(&ada, "/v1/graphql?query=query+Me{accountGet{name}}").await;
    check(&answer, json!(["GET", PATH, PATH, 200, "query", "Me", "accountGet", null]));
    let answer = get(&ada, "/v1/graphql?query=mutation+End{accountDeleteSessions{status}}").await;
    let error = "graphql_method_unsupported";
    check(&answer, json!(["GET", PATH, PATH, 405, "mutation", "End", null, error]));
    let batch = json!([
        {"query": "query One { accountGet { _id } }"},
        {"query": "mutation Two { accountUpdateName(name: \"Ada\") { _id } }"},
        {"query": "query One { accountGet { name } }"},
    ]);
    let answer = ada.send(&batch).await;
    let kinds = "query,mutation";
    check(
        &answer,
        json!(["POST", PATH, PATH, 200, kinds, "One,Two", "accountGet,accountUpdateName", null]),
    );
    let answer = ada.query("{ accountGet { nothing } }").await;
    check(&answer, json!(["POST", PATH, PATH, 200, null, null, null, "general_argument_invalid"]));
    let answer = ada.post("no JSON").await;
    check(&answer, json!(["POST", PATH, PATH, 400, null, null, null, "general_argument_invalid"]));
    let answer = ada.post(" ".repeat(2000)).await;
    check(&answer, json!(["POST", PATH, PATH, 413, null, null, null, "general_argument_invalid"]));

    let answer = get(&ada, "/v1/account").await;
    let rest = "/v1/account";
    check(&answer, json!(["GET", rest, rest, 200, "query", null, "accountGet", null]));
    let answer = get(&ada, "/v1/account/sessions/nothing").await;
    let (path, route) = ("/v1/account/sessions/nothing", "/v1/account/sessions/{sessionId}");
    let error = "user_session_not_found";
    check(&answer, json!(["GET", path, route, 404, "query", null, "accountGetSession", error]));
    let answer = get(&ada, "//v1/account/").await;
    check(&answer, json!(["GET", "//v1/account/", rest, 200, "query", null, "accountGet", null]));
    let answer = get(&guest, "/v1/nothing").await;
    let error = "general_route_not_found";
    check(&answer, json!(["GET", "/v1/nothing", null, 404, null, null, null, error]));
    let answer = send(&guest, Method::DELETE, PATH).await;
    let error = "general_not_implemented";
    check(&answer, json!(["DELETE", PATH, PATH, 405, null, null, null, error]));
    let page = guest.clone().with("origin", "http://localhost:3000");
    let page = page.with("access-control-request-method", "POST");
    let answer = send(&page, Method::OPTIONS, PATH).await;
    check(&answer, json!(["OPTIONS", PATH, PATH, 200, null, null, null, null]));
    let answer = send(&guest, Method::OPTIONS, "*").await;
    check(&answer, json!(["OPTIONS", "*", null, 204, null, null, null, null]));
    let other = guest.clone().with("x-appwrite-project", "nobody");
    let answer = other.query("{ __typename }").await;
    check(&answer, json!(["POST", PATH, PATH, 404, null, null, null, "project_not_found"]));
}

/// A call beyond a limit has the status, also as the error of a field.
#[tokio::test]
async fn rejections_by_limits_are_logged() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let log = Log::json("info");
    let wrong = json!({"email": ADA, "password": PASSWORD});
    let path = "/v1/account/sessions/email";

    let mut answer = guest.rest("POST", path, wrong.clone()).await;
    while answer.status == 401 {
        assert_eq!(log.take_request()["error"], "user_invalid_credentials");
        answer = guest.rest("POST", path, wrong.clone()).await;
    }

    assert_eq!(answer.status, 429);
    let line = log.take_request();
    assert_eq!(fields(&line, &["status", "error"]), json!([429, "general_rate_limit_exceeded"]));
}

/// The id of a request is the one that a trusted proxy has given it; nobody else can choose one.
#[tokio::test]
async fn a_trusted_proxy_names_requests() {
    let app = TestApp::with("trusted_proxies = ['10.1.0.0/16']").await;
    let proxy = app.guest_at("10.1.2.3".parse().unwrap()).with("x-forwarded-for", "203.0.113.9");
    let stranger = app.guest_at("10.2.2.3".parse().unwrap());
    let log = Log::json("info");
    let id_of = async |caller: Caller| {
        let answer = get(&caller, "/").await;
        let line = log.take_request();
        assert_eq!(line["request_id"], answer.header("x-request-id"));
        let all = answer.headers.get_all("x-request-id");
        assert_eq!(all.iter().count(), 1);
        (answer.header("x-request-id").to_owned(), line["client"].as_str().unwrap().to_owned())
    };

    let named = proxy.clone().with("x-request-id", "0b26cf3d-9f5b/7");
    assert_eq!(id_of(named).await, ("0b26cf3d-9f5b/7".to_owned(), "203.0.113.9".to_owned()));
    let (id, client) = id_of(stranger.with("x-request-id", "mine")).await;
    assert!(is_new(&id), "{id}");
    assert_eq!(client, "10.2.2.3");
    for bad in ["", "a b", "a\"b", "{}", ADA, "a\u{fc}", &"a".repeat(129)] {
        let (id, _) = id_of(proxy.clone().with("x-request-id", bad)).await;
        assert!(is_new(&id), "{bad:?} became {id}");
    }
    let two = proxy.clone().with("x-request-id", "one").with("x-request-id", "two");
    assert!(is_new(&id_of(two).await.0));
    assert_ne!(id_of(proxy.clone()).await.0, id_of(proxy).await.0);
}

/// Pages of other origins may read the id.
#[tokio::test]
async fn pages_can_read_the_id() {
    let app = TestApp::new().await;

    let answer = app.guest().with("origin", "http://localhost:3000").query("{ __typename }").await;

    assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
    assert!(is_new(answer.header("x-request-id")));
}

/// The line says how a caller shows who it is, and whom a server of the project acts for.
#[tokio::test]
async fn callers_are_logged_by_their_kind() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let jwt = app.guest().with_jwt(&ada.jwt().await);
    let cookie = app.guest().with("cookie", &format!("a_session_default={}", ada.session()));
    let two = ada.clone().with_session(app.user("bob@example.com").await.session());
    let key = app.guest().with("x-appwrite-key", "ak_forward");
    let forwarded = ada.clone().with("x-appwrite-key", "ak_forward");
    let forwarded = forwarded.with("x-forwarded-for", "203.0.113.9");
    let log = Log::json("info");

    for (caller, expected) in [
        (app.guest(), json!(["guest", "default"])),
        (ada, json!(["session", "default"])),
        (jwt, json!(["jwt", "default"])),
        (cookie, json!(["cookie", "default"])),
        (two, json!(["conflict", "default"])),
        (key, json!(["key", "default"])),
        (app.guest().with("x-appwrite-project", "other"), json!(["guest", "other"])),
    ] {
        caller.query("{ accountGet { _id } }").await;
        assert_eq!(fields(&log.take_request(), &["caller", "project"]), expected);
    }
    forwarded.query("{ accountGet { _id } }").await;
    let line = log.take_request();
    assert_eq!(fields(&line, &["caller", "client"]), json!(["session", "203.0.113.9"]));
}

/// EN-7: a server error is logged with all that is known of its request, and the request's line names it.
#[tokio::test]
async fn a_server_error_is_logged_with_its_request() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let broken = "ALTER TABLE security_logs RENAME TO gone";
    app.app.db.writer().execute_unprepared(broken).await.unwrap();
    let log = Log::json("info");

    let answer = ada.query("query Logs { accountListLogs { total } }").await;

    let id = answer.json()["errors"][0]["extensions"]["id"].clone();
    let text = log.take();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let fault = lines.iter().find(|line| line["level"] == "ERROR").unwrap();
    let request = lines.iter().find(|line| line["message"] == "request").unwrap();
    let expected = json!([
        id,
        "POST",
        "/v1/graphql",
        "query",
        "Logs",
        "accountListLogs",
        "default",
        "session"
    ]);
    let names = ["id", "method", "path", "kind", "operation", "fields", "project", "caller"];
    assert_eq!(fields(fault, &names), expected);
    assert!(fault["cause"].as_str().unwrap().contains("security_logs"), "{fault}");
    assert_eq!(fault["request_id"], answer.header("x-request-id"));
    assert_eq!(fault["client"], request["client"]);
    assert_eq!(fields(request, &["fault", "request_id"]), json!([id, fault["request_id"]]));
    assert_eq!(request["error"], "general_server_error");
}

/// Other lines about a request have its id and its operation, in both formats.
#[tokio::test]
async fn lines_about_a_request_have_its_id() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let log = Log::json("info");
    let document = "mutation SignIn { accountCreateEmailSession(email: \"a@b.c\", password: \"12345678\") { _id } }";

    let (line, id) = loop {
        let answer = guest.query(document).await;
        let text = log.take();
        let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        if let Some(line) = lines.find(|line| line["message"] == "rate limit exceeded") {
            break (line, answer.header("x-request-id").to_owned());
        }
    };
    let operation = json!([id, "SignIn", "accountCreateEmailSession"]);
    assert_eq!(fields(&line, &["request_id", "operation", "fields"]), operation);

    let log = Log::text("info");
    let answer = guest.query(document).await;
    let text = log.take();
    let line = text.lines().find(|line| line.contains("rate limit exceeded")).unwrap();
    let id = answer.header("x-request-id");
    let end =
        format!(" request_id={id:?} operation=\"SignIn\" fields=\"accountCreateEmailSession\"");
    assert!(line.contains(" WARN rate limit exceeded field=") && line.ends_with(&end), "{line}");
}

/// Probes would hide what people do; `accountd::access` turns the lines off.
#[tokio::test]
async fn probes_are_quiet_and_the_log_can_be_off() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let count = async |filter: &str, path: &str| {
        let log = Log::json(filter);
        assert!(is_new(get(&guest, path).await.header("x-request-id")));
        log.take_access().len()
    };

    for probe in ["/health/live", "/health/ready", "/metrics", "/inbox/messages"] {
        assert_eq!(count("info", probe).await, 0, "{probe}");
        assert_eq!(count("debug", probe).await, 1, "{probe}");
    }
    assert_eq!(count("info", "/").await, 1);
    assert_eq!(count("info,accountd::access=off", "/").await, 0);
}

/// A request that its client gives up leaves a line, too.
#[tokio::test]
async fn a_request_that_is_given_up_is_logged() {
    let app = TestApp::new().await;
    let log = Log::json("info");
    let body = json!({"query": "{ __typename }"}).to_string();
    let request = Request::post("/v1/graphql").header("content-type", "application/json");
    let handler = app.handler();
    let mut pending = Box::pin(handler.answer(request.body(Body::from(body)).unwrap()));

    let polled = futures_util::poll!(&mut pending);
    drop(pending);

    drop(polled);
    let line = log.take_request();
    assert!([json!(499), json!(200)].contains(&line["status"]), "{line}");
}

/// A request whose head is in doubt is answered with an id, and logged.
#[tokio::test]
async fn a_request_in_doubt_is_logged() {
    let app = TestApp::new().await;
    let address = app.listen().await.to_string();
    let log = Log::json("info");
    let request = "GET /v1/account HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";

    let answer = tokio::task::spawn_blocking(move || exchange(&address, request).unwrap());
    let answer = answer.await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("two `Host`"), "{answer}");
    let line = log.next_request().await;
    assert!(answer.contains(&format!("x-request-id: {}", line["request_id"].as_str().unwrap())));
    assert_eq!(fields(&line, &["status", "path"]), json!([400, "/v1/account"]));
}

/// A socket is one line when it ends, and each of its operations has its own, all under one id.
#[tokio::test]
async fn a_socket_is_logged_with_its_operations() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let log = Log::json("info");
    let mut socket = Socket::of(&app, ada.session()).await;
    socket.subscribe("1", "query Me { accountGet { _id } }").await;
    while socket.receive().await["type"] != "complete" {}
    socket.subscribe("2", "subscription Follow { accountEvents { number } }").await;
    assert!(socket.is_quiet().await);
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    socket.receive().await;
    ada.run("accountDeleteSessions", none()).await;

    let (code, _) = socket.closed().await;
    drop(socket);
    app.app.stop();

    assert_eq!(code, 4401);
    let mut lines = Vec::new();
    while !lines.iter().any(|line: &Value| line["status"] == 101) {
        tokio::task::yield_now().await;
        lines.extend(log.take_access());
    }
    let find = |operation: &str| lines.iter().find(|line| line["operation"] == operation).unwrap();
    let end = lines.iter().find(|line| line["status"] == 101).unwrap();
    assert_eq!(
        fields(end, &["message", "close", "caller", "path"]),
        json!(["request", 4401, "session", "/v1/graphql"])
    );
    for (operation, expected) in [
        ("Me", json!(["operation", "query", "accountGet", "session", null])),
        ("Follow", json!(["operation", "subscription", "accountEvents", "session", null])),
    ] {
        let names = ["message", "kind", "fields", "caller", "status"];
        let line = find(operation);
        assert_eq!(fields(line, &names), expected);
        assert_eq!(line["request_id"], end["request_id"]);
    }
    assert_eq!(find("Me")["events"], Value::Null);
    // The end of the session may be one, too.
    assert!([json!(1), json!(2)].contains(&find("Follow")["events"]));
}

/// A stream of events is one line when it ends, with how many there were.
#[tokio::test]
async fn a_stream_is_logged_when_it_ends() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    let document = "subscription Follow { accountEvents(after: 1) { number } }";
    let request = Request::post("/v1/graphql").header("content-type", "application/json");
    let request = request.header("accept", "text/event-stream");
    let request = request.header("x-appwrite-session", ada.session());
    let request = request.body(Body::from(json!({"query": document}).to_string())).unwrap();
    let log = Log::json("info");

    let response = app.handler().answer(request).await;
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let (mut body, mut text) = (response.into_body(), Vec::new());
    for _ in 0..2 {
        text.extend(body.frame().await.unwrap().unwrap().into_data().unwrap());
    }
    assert_eq!(log.take_access(), [Value::Null; 0]);
    drop(body);

    let line = log.take_request();
    assert_eq!(line["request_id"], id);
    let expected = json!([200, "subscription", "Follow", "accountEvents", 2, text.len()]);
    let names = ["status", "kind", "operation", "fields", "events", "bytes"];
    assert_eq!(fields(&line, &names), expected);
}
