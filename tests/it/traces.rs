//! Traces, as a collector gets them.

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Log, PASSWORD, TestApp, none};

mod calls;
mod collector;
mod secrecy;

use collector::{CLIENT, Collector, INTERNAL, SERVER, Sent};

const ADA: &str = "ada@example.com";
/// A trace and a span of somebody else.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// The only span of this kind.
fn only(spans: &[Sent], kind: i32) -> &Sent {
    let mut found = spans.iter().filter(|span| span.kind == kind);
    let (Some(span), None) = (found.next(), found.next()) else { panic!("{spans:#?}") };
    span
}

/// A request is one trace: its span, that of its operation, and those of its statements, on each database.
#[tokio::test]
async fn a_request_is_one_trace() {
    let collector = Collector::start().await;
    let settings = format!(
        "{}otlp.headers = 'authorization=Bearer s3cret'\notlp.service_name = 'accounts'\n",
        collector.settings()
    );
    let app = TestApp::with(&settings).await;
    let secret = app.user(ADA).await.session().to_owned();
    collector.drain(&app).await;
    // It has no account in memory.
    let app = app.restarted().await;

    let answer = app.guest().with_session(&secret).run("accountGet", none()).await;

    answer.data();
    let spans = collector.drain(&app).await;
    let request = only(&spans, SERVER);
    assert_eq!((request.name.as_str(), request.parent.as_str()), ("POST /v1/graphql", ""));
    for (key, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/v1/graphql"),
        ("http.response.status_code", "200"),
        ("accountd.fields", "accountGet"),
        ("accountd.project", "default"),
        ("accountd.caller", "session"),
        ("accountd.request.id", answer.header("x-request-id")),
    ] {
        assert_eq!(request.attributes.get(key).map(String::as_str), Some(value), "{request:#?}");
    }
    let operation = only(&spans, INTERNAL);
    assert_eq!((operation.name.as_str(), &operation.parent), ("query", &request.id));
    assert_eq!(operation.attributes["graphql.operation.type"], "query");
    assert_eq!(operation.attributes["graphql.operation.name"], "AccountGet");
    assert_eq!(operation.events, ["accountGet"]);
    let statements: Vec<_> = spans.iter().filter(|span| span.kind == CLIENT).collect();
    assert!(!statements.is_empty());
    for statement in statements {
        assert_eq!(statement.parent, operation.id);
        let system = if app.app.db.is_shared() { "postgresql" } else { "sqlite" };
        assert_eq!(statement.attributes["db.system.name"], system);
        assert!(statement.name.starts_with("SELECT "), "{statement:#?}");
        assert!(statement.attributes["db.query.text"].starts_with("SELECT "), "{statement:#?}");
    }
    assert!(spans.iter().all(|span| span.trace == request.trace && !span.has_failed));
    assert_eq!(collector.headers()["authorization"], "Bearer s3cret");
    assert_eq!(collector.headers()["content-type"], "application/x-protobuf");
    assert_eq!(collector.resource()["service.name"], "accounts");
    assert_eq!(collector.resource()["service.version"], env!("CARGO_PKG_VERSION"));
}

/// A change is in the trace from its beginning to its commit, which runs in a task of its own.
#[tokio::test]
async fn a_change_is_traced_to_its_commit() {
    let collector = Collector::start().await;
    let app = TestApp::with(&collector.settings()).await;

    app.sign_up(ADA).await;

    let spans = collector.drain(&app).await;
    let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    for name in ["POST /v1/graphql", "mutation", "BEGIN", "INSERT users", "COMMIT"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(spans.iter().all(|span| span.trace == spans[0].trace), "{spans:#?}");
}

/// Errors have their type. Only those of the server make a span fail.
#[tokio::test]
async fn an_error_has_its_type() {
    let collector = Collector::start().await;
    let app = TestApp::with(&collector.settings()).await;

    let wrong = json!({"email": ADA, "password": PASSWORD});
    app.guest().run("accountCreateEmailPasswordSession", wrong).await.error();

    let spans = collector.drain(&app).await;
    for kind in [SERVER, INTERNAL] {
        let span = only(&spans, kind);
        assert_eq!(span.attributes["error.type"], "user_invalid_credentials");
        assert!(!span.has_failed);
    }
}

/// A trusted proxy decides in which trace a request is, and whether it is recorded. Nobody else does.
#[tokio::test]
async fn only_a_trusted_proxy_continues_a_trace() {
    let collector = Collector::start().await;
    let settings = format!("{}trusted_proxies = ['10.1.0.0/16']", collector.settings());
    let app = TestApp::with(&settings).await;
    let proxy = app.guest_at("10.1.2.3".parse().unwrap());
    let stranger = app.guest_at("10.2.2.3".parse().unwrap());
    let log = Log::json("info");

    let traced = format!("00-{TRACE}-{SPAN}-01");
    proxy.clone().with("traceparent", &traced).query("{ __typename }").await.data();
    let line = log.take_request();
    let spans = collector.drain(&app).await;
    let request = only(&spans, SERVER);
    assert_eq!((request.trace.as_str(), request.parent.as_str()), (TRACE, SPAN));
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["request_id"], request.attributes["accountd.request.id"]);

    let untraced = format!("00-{TRACE}-{SPAN}-00");
    proxy.with("traceparent", &untraced).query("{ __typename }").await.data();
    assert!(log.take_request().get("trace_id").is_none());
    assert!(collector.drain(&app).await.is_empty());

    stranger.with("traceparent", &traced).query("{ __typename }").await.data();
    let spans = collector.drain(&app).await;
    let request = only(&spans, SERVER);
    assert_ne!(request.trace, TRACE);
    assert_eq!(request.parent, "");
    assert_eq!(log.take_request()["trace_id"], request.trace.as_str());
}

/// With `sample = 0`, only traces that a trusted proxy has begun are recorded.
#[tokio::test]
async fn the_sample_may_be_nothing() {
    let collector = Collector::start().await;
    let more = "otlp.sample = 0.0\ntrusted_proxies = ['10.1.0.0/16']";
    let app = TestApp::with(&format!("{}{more}", collector.settings())).await;
    let proxy = app.guest_at("10.1.2.3".parse().unwrap());

    app.user(ADA).await;
    assert!(collector.drain(&app).await.is_empty());
    assert_eq!(collector.requests(), 0);

    let traced = format!("00-{TRACE}-{SPAN}-01");
    proxy.with("traceparent", &traced).query("{ __typename }").await.data();
    assert_eq!(only(&collector.drain(&app).await, SERVER).trace, TRACE);
}

/// Probes have no traces, and without a collector nothing has.
#[tokio::test]
async fn what_is_not_traced() {
    let collector = Collector::start().await;
    let app = TestApp::with(&collector.settings()).await;
    app.guest().rest("GET", "/health/ready", none()).await;
    assert!(collector.drain(&app).await.is_empty());

    let app = TestApp::with("trusted_proxies = ['0.0.0.0/0']").await;
    let log = Log::json("info");
    let traced = format!("00-{TRACE}-{SPAN}-01");
    app.guest().with("traceparent", &traced).query("{ __typename }").await.data();
    assert!(app.app.traces.is_none());
    assert!(!log.take().contains("trace_id"));
}

/// A collector that refuses spans, or isn't there, concerns no request. The loss is counted, and logged, not for each batch.
#[tokio::test]
async fn a_collector_may_fail() {
    let collector = Collector::start().await;
    let app = TestApp::with(&collector.settings()).await;
    collector.answer(StatusCode::BAD_REQUEST);
    let log = Log::json("warn");

    for _ in 0..3 {
        app.guest().query("{ __typename }").await.data();
        collector.drain(&app).await;
    }

    let text = log.take();
    assert_eq!(text.matches("spans of traces were lost").count(), 1, "{text}");
    assert!(text.contains("400 Bad Request") && text.contains("\"spans\":2"), "{text}");
    assert_eq!(collector.requests(), 3);
    let lost = app.app.metrics.spans_lost.counts().filter(|(_, spans)| *spans > 0);
    assert_eq!(lost.collect::<Vec<_>>(), [(&["rejected"], 6)]);
    let nobody = TestApp::with("otlp.endpoint = 'http://127.0.0.1:1'").await;
    nobody.user(ADA).await.run("accountGet", none()).await.data();
}
