//! The GraphQL endpoint: what is a request, what is not, and what comes back.

use accountd::App;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request};
use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp, none};

const GUEST_GET: &str = "{ accountGet { _id } }";

async fn post(caller: &Caller, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::post("/v1/graphql");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    caller.request(request.body(body.into()).unwrap()).await
}

async fn get(caller: &Caller, query: &str) -> Answer {
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let request = Request::get(format!("/v1/graphql?query={query}"));
    caller.request(request.body(Body::empty()).unwrap()).await
}

/// GQ-7, N-81: only JSON is read.
#[tokio::test]
async fn other_bodies_are_not_read() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let body = json!({"query": "mutation { accountCreateAnonymousSession { _id } }"}).to_string();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=latin1",
        "",
    ] {
        let answer = post(&guest, &[("content-type", content_type)], body.clone()).await;
        assert_eq!(answer.request_error(), "415 general_argument_invalid", "{content_type}");
    }
    assert_eq!(post(&guest, &[], body.clone()).await.status, 415);
    let gzip = [("content-type", "application/json"), ("content-encoding", "gzip")];
    assert_eq!(post(&guest, &gzip, body.clone()).await.status, 415);
    assert!(guest.post(body).await.error() == "ok");
}

/// GQ-4, N-82: a body of 256 KiB is read, more is not, and a stream without end is cut off.
#[tokio::test]
async fn large_bodies_are_cut_off() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let padded = |size: usize| {
        let body = json!({"query": "{ __typename }"}).to_string();
        format!("{body}{}", " ".repeat(size - body.len()))
    };

    assert_eq!(guest.post(padded(256 * 1024)).await.status, 200);
    assert_eq!(
        guest.post(padded(256 * 1024 + 1)).await.request_error(),
        "413 general_argument_invalid"
    );

    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&read);
    let chunks = futures_util::stream::iter(0..300).map(move |_| {
        counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Ok::<_, std::io::Error>(vec![b' '; 1024 * 1024])
    });
    assert_eq!(guest.post(Body::from_stream(chunks)).await.status, 413);
    assert!(read.load(std::sync::atomic::Ordering::SeqCst) <= 1);
}

use futures_util::StreamExt;

/// GQ-8: malformed envelopes are refused, and nothing runs.
#[tokio::test]
async fn malformed_envelopes_are_refused() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let mutation = "mutation { accountCreateAnonymousSession { _id } }";
    let bodies: Vec<Vec<u8>> = [
        "",
        "null",
        "1",
        "\"x\"",
        "true",
        "{",
        "[1]",
        "[null]",
        "[[{\"query\":\"{a}\"}]]",
        "{}{}",
        "{\"query\":null}",
        "{\"query\":1}",
        "{\"query\":[]}",
        "{\"query\":{\"query\":\"{a}\"}}",
        "{\"query\":\"\"}",
        "{\"Query\":\"{a}\"}",
        "{\"query\":\"{a}\",\"variables\":1}",
        "{\"query\":\"{a}\",\"variables\":[1]}",
        "{\"query\":\"{a}\",\"extensions\":[1]}",
        "{\"query\":\"{a}\",\"operationName\":{}}",
        "{\"query\":\"{a}\",\"extensions\":1}",
        "{\"query\":\"{\\ud800}\"}",
    ]
    .iter()
    .map(|text| text.replace("{a}", mutation).into_bytes())
    .chain([
        format!("{{\"query\":\"{mutation}\",\"query\":\"{mutation}\"}}").into_bytes(),
        format!("\u{feff}{{\"query\":\"{mutation}\"}}").into_bytes(),
        [b"{\"query\":\"".as_slice(), b"\xff\"}"].concat(),
        "[".repeat(5_000).into_bytes(),
    ])
    .collect();
    for body in bodies {
        let text = String::from_utf8_lossy(&body).into_owned();
        let answer = guest.post(body).await;
        assert_eq!(answer.status, 400, "{text:.60}");
        assert!(answer.cookies().is_empty());
        // EN-7: the answer reveals nothing of how the server is made.
        assert!(!answer.text.contains("serde") && !answer.text.contains("src/"), "{}", answer.text);
    }
    assert_eq!(guest.post("{\"query\":\"\"}").await.request_error(), "400 graphql_no_query");
    for nothing in ["", " \n"] {
        let answer = guest.post(nothing).await;
        assert_eq!(answer.request_error(), "400 graphql_no_query");
        assert_eq!(answer.json()["message"], "Param \"query\" is not optional.");
    }
}

/// N-79: batches of up to ten, answered in their order.
#[tokio::test]
async fn batches_are_answered_in_order() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let batch = |count: usize| Value::Array(vec![json!({"query": "{ __typename }"}); count]);

    assert_eq!(ada.send(&batch(10)).await.json().as_array().unwrap().len(), 10);
    assert_eq!(ada.send(&batch(11)).await.request_error(), "400 graphql_too_many_queries");
    assert_eq!(ada.send(&batch(0)).await.request_error(), "400 graphql_no_query");
    assert_eq!(ada.send(&batch(1)).await.json().as_array().unwrap().len(), 1);
    let mixed = json!([
        {"query": "mutation { accountUpdateName(name: \"Ada\") { name } }"},
        {"query": "{ accountGet { name } }"},
        {"query": "{ nonsense }"},
        {"query": "mutation { accountDeleteSessions { status } }"},
        {"query": GUEST_GET},
    ]);
    let answers = ada.send(&mixed).await.json();
    assert_eq!(answers[0]["data"]["accountUpdateName"]["name"], "Ada");
    assert_eq!(answers[1]["data"]["accountGet"]["name"], "Ada");
    assert!(answers[2].get("data").is_none());
    assert_eq!(answers[3]["data"]["accountDeleteSessions"]["status"], "OK");
    assert_eq!(answers[4]["errors"][0]["extensions"]["code"], 401);
}

/// The official SDKs wrap requests once more, and mark them.
#[tokio::test]
async fn the_wrapper_of_the_sdks_is_understood() {
    let app = TestApp::new().await;
    let sdk = app.guest().with("x-sdk-graphql", "true");
    let inner = json!({"query": "query($t: Boolean!) { __schema @include(if: $t) { queryType { name } } }", "variables": {"t": true}});

    let single = sdk.send(&json!({"query": inner})).await;
    let batch = sdk.send(&json!({"query": [inner, inner]})).await;
    let plain = sdk.send(&inner).await;

    assert_eq!(single.data()["__schema"]["queryType"]["name"], "Query");
    assert_eq!(batch.json().as_array().unwrap().len(), 2);
    assert_eq!(plain.data()["__schema"]["queryType"]["name"], "Query");
    let request = Request::post("/v1/graphql/mutation").header("content-type", "application/json");
    let mutation =
        json!({"query": {"query": "mutation { accountCreateAnonymousSession { _id } }"}});
    let answer = sdk.request(request.body(Body::from(mutation.to_string())).unwrap()).await;
    assert_eq!(answer.error(), "ok");
}

/// GQ-6, N-80: queries run by GET, mutations don't.
#[tokio::test]
async fn only_queries_run_by_get() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    assert_eq!(get(&ada, "{ accountGet { email } }").await.field()["email"], "ada@example.com");
    let refused = get(&ada, "mutation { accountUpdateStatus { status } }").await;
    assert_eq!(refused.request_error(), "405 graphql_method_unsupported");
    assert_eq!(refused.header("allow"), "POST");
    assert_eq!(ada.run("accountGet", none()).await.field()["status"], true);
    let none = ada.request(Request::get("/v1/graphql").body(Body::empty()).unwrap()).await;
    assert_eq!(none.request_error(), "400 graphql_no_query");
    let with_variables = "/v1/graphql?query=query%20A($t:Boolean!){accountGet@include(if:$t){email}}\
                          &operationName=A&variables=%7B%22t%22:true%7D";
    let answer = ada.request(Request::get(with_variables).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.field()["email"], "ada@example.com");
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let request = Request::builder().method(method).uri("/v1/graphql");
        assert_eq!(ada.request(request.body(Body::empty()).unwrap()).await.status, 405);
    }
}

/// GraphQL over HTTP: the media type that the client accepts decides what the status means.
#[tokio::test]
async fn the_status_follows_the_media_type() {
    let app = TestApp::new().await;
    let status = async |accept: &str, document: &str| {
        let caller = app.guest().with("accept", accept);
        let answer = caller.query(document).await;
        (answer.status.as_u16(), answer.header("content-type").to_owned())
    };
    let json = "application/json; charset=utf-8".to_owned();
    let strict = "application/graphql-response+json; charset=utf-8".to_owned();

    assert_eq!(status("application/json", "{ nonsense }").await, (200, json.clone()));
    assert_eq!(status("*/*", "{").await, (200, json));
    assert_eq!(
        status("application/graphql-response+json", "{ nonsense }").await,
        (400, strict.clone())
    );
    assert_eq!(status("application/graphql-response+json", "{").await, (400, strict.clone()));
    assert_eq!(status("application/graphql-response+json", GUEST_GET).await, (200, strict));
    assert_eq!(status("text/html", GUEST_GET).await.0, 406);
}

/// An answer is its caller's: no cache may keep it.
#[tokio::test]
async fn answers_are_not_cached() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let by_get = get(&ada, "query=%7BaccountGet%7B_id%7D%7D").await;
    let by_post = ada.query("{ accountGet { _id } }").await;

    for answer in [by_get, by_post] {
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

/// N-21, N-76, N-77, N-78, N-85, EN-8: documents that don't validate run nothing, and get no advice.
#[tokio::test]
async fn documents_that_do_not_validate_run_nothing() {
    let app = TestApp::with("graphql.introspection = false").await;
    let ada = app.user("ada@example.com").await;
    let many: String = (0..21).map(|n| format!("a{n}: accountGet {{ _id }} ")).collect();
    let wide = format!("{{ accountGet {{ {} }} }}", "_id ".repeat(250));
    for document in [
        "{ accountListSessions { sessions { emial } } }",
        "{ acountGet { _id } }",
        "mutation { accountUpdateName(name: 5) { _id } }",
        "mutation { accountUpdateName { _id } }",
        &format!("{{ {many} }}"),
        &wide,
        "{ accountGet @a @b @c @d @e @f @g @h @i { _id } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "query A { accountGet { _id } } query B { accountGet { _id } }",
        "",
        "{",
    ] {
        let answer = ada.query(document).await;
        assert!(answer.json().get("data").is_none(), "{document:.60}: {}", answer.text);
        assert!(!answer.text.contains("mean"), "{}", answer.text);
    }
}

/// EN-8, N-84: without the switch nothing is revealed of the schema.
#[tokio::test]
async fn introspection_follows_its_switch() {
    let dark = TestApp::with("[graphql]\nintrospection = false").await;
    for document in ["{ __schema { types { name } } }", "{ __type(name: \"User\") { name } }"] {
        let answer = dark.guest().query(document).await;
        assert!(answer.json().get("data").is_none());
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert!(!answer.text.contains("accountGet"));
    }
    let sdl = |app: &TestApp| {
        let guest = app.guest();
        async move {
            guest.request(Request::get("/v1/schema.graphql").body(Body::empty()).unwrap()).await
        }
    };
    assert_eq!(sdl(&dark).await.request_error(), "404 general_route_not_found");

    let app = TestApp::new().await;
    let answer = sdl(&app).await;
    assert!(answer.text.contains("type User"));
    let tag = answer.header("etag").to_owned();
    let again = app.guest().with("if-none-match", &tag);
    let again =
        again.request(Request::get("/v1/schema.graphql").body(Body::empty()).unwrap()).await;
    assert_eq!(again.status, 304);
    let types = app.guest().query("{ __schema { queryType { name } } }").await;
    assert_eq!(types.data()["__schema"]["queryType"]["name"], "Query");
}

/// GQ-10: each field of a mutation is a change of its own, in order, whatever becomes of the others.
#[tokio::test]
async fn fields_of_a_mutation_stand_alone() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let document = r#"mutation {
        first: accountUpdateName(name: "First") { name }
        second: accountUpdatePrefs(prefs: "[]") { name }
        third: accountUpdateName(name: "Third") { name }
    }"#;

    let answer = ada.query(document).await;

    let data = r#""data":{"first":{"name":"First"},"second":null,"third":{"name":"Third"}}"#;
    assert!(answer.text.contains(data), "{}", answer.text);
    assert_eq!(answer.json()["errors"][0]["path"], json!(["second"]));
    let log = ada.run("accountListLogs", none()).await.field();
    let names: Vec<_> =
        log["logs"].as_array().unwrap().iter().map(|log| log["userName"].clone()).collect();
    assert_eq!(names[..2], [json!("Third"), json!("First")]);
}

#[tokio::test]
async fn an_unknown_project_is_not_found() {
    let app = TestApp::new().await;

    let answer = app.guest().with("x-appwrite-project", "nowhere").query(GUEST_GET).await;

    assert_eq!(answer.request_error(), "404 project_not_found");
    assert_eq!(answer.json()["message"], "Project with the requested ID could not be found.");
    let by_query =
        Request::post("/v1/graphql?project=other").header("content-type", "application/json");
    let body = json!({"query": "{ __typename }"}).to_string();
    assert_eq!(app.guest().request(by_query.body(Body::from(body)).unwrap()).await.status, 200);
}

/// QA-3: what keeps panics, unsafe code and silent overflow out is switched on.
#[test]
fn the_lints_are_on() {
    let manifest = include_str!("../../Cargo.toml");
    for line in [
        "unsafe_code = \"forbid\"",
        "unwrap_used = \"warn\"",
        "expect_used = \"warn\"",
        "indexing_slicing = \"warn\"",
        "arithmetic_side_effects = \"warn\"",
        "overflow-checks = true",
    ] {
        assert!(manifest.lines().any(|other| other == line), "{line}");
    }
    assert!(include_str!("../../.ci/run").contains("-D warnings"));
}

/// EN-7: a server error has an id that the log has, too, and says nothing else.
#[tokio::test]
async fn a_server_error_is_masked() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    break_database(&app.app).await;

    let answer = ada.run("accountListLogs", none()).await;

    assert_eq!(answer.error(), "general_server_error 500");
    let error = &answer.json()["errors"][0];
    assert_eq!(error["message"], "Server Error");
    assert_eq!(error["extensions"]["id"].as_str().unwrap().len(), 20);
    assert!(!answer.text.contains("security_logs"));
}

async fn break_database(app: &App) {
    use sea_orm::ConnectionTrait;
    app.db.writer().execute_unprepared("DROP TABLE security_logs").await.unwrap();
}

/// AV-6: a server that drains isn't ready, still answers, and announces that it closes connections.
#[tokio::test]
async fn health_is_reported() {
    let app = TestApp::new().await;
    let health = async |path: &str| {
        let answer = app.guest().request(Request::get(path).body(Body::empty()).unwrap()).await;
        (answer.status.as_u16(), answer.headers.get("connection").cloned())
    };
    let close = Some(HeaderValue::from_static("close"));

    assert_eq!(health("/health/live").await, (200, None));
    assert_eq!(health("/health/ready").await, (200, None));
    app.app.drain();
    assert_eq!(health("/health/ready").await, (503, close.clone()));
    assert_eq!(health("/health/live").await, (200, close.clone()));
    app.app.stop();
    assert_eq!(health("/health/ready").await, (503, close.clone()));
    assert_eq!(health("/health/live").await, (200, close));
}
