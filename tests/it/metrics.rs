//! `/metrics`: who may read it, in which formats, and what it says.
#![expect(clippy::float_cmp, reason = "counts are whole numbers")]

use std::time::Duration;

use accountd::outbox::worker;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tokio::time::sleep;

use crate::support::{Answer, Behaviour, Caller, FakeServer, Socket, TestApp, none};

mod exposition;
mod files;
mod secrecy;

use exposition::{Exposition, Format};

const OPEN_METRICS: &str =
    "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const ADA: &str = "ada@example.com";

async fn get(caller: &Caller) -> Answer {
    caller.request(Request::get("/metrics").body(Body::empty()).unwrap()).await
}

/// Reads the metrics of a server.
async fn read(app: &TestApp) -> Exposition {
    Exposition::read(&get(&app.guest()).await.text, Format::Plain)
}

/// A caller at the port of the metrics.
fn scraper(app: &TestApp) -> Caller {
    Caller::new(app.handler().of_metrics(), "192.0.2.9:40000".parse().unwrap())
}

/// A server whose metrics have a value in each family.
async fn used() -> TestApp {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let wrong = json!({"email": ADA, "password": "nope nope"});
    app.guest().run("accountCreateEmailSession", wrong).await;
    ada.run("accountGet", none()).await;
    app.guest().rest("GET", "/v1/account", none()).await;
    app
}

#[tokio::test]
async fn both_formats_have_the_same_values() {
    let app = used().await;
    let open = app.guest().with("accept", OPEN_METRICS);

    let [plain, open] = [get(&app.guest()).await, get(&open).await];

    assert_eq!(plain.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(open.header("content-type"), content_type);
    assert_eq!(open.header("vary"), "accept");
    let plain = Exposition::read(&plain.text, Format::Plain);
    let open = Exposition::read(&open.text, Format::OpenMetrics);
    let names = |exposition: &Exposition| exposition.families.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&plain), names(&open));
    for (series, value) in &plain.values {
        // Plain text writes bounds without a fraction.
        let same = open.values.get(series).or_else(|| {
            open.values
                .get(&series.replace("le=\"1\"", "le=\"1.0\"").replace("le=\"5\"", "le=\"5.0\""))
        });
        let changes = ["/metrics", "process_", "_database_", "_cache_", "le=\"10\""];
        if !changes.iter().any(|part| series.contains(part)) {
            assert_eq!(same, Some(value), "{series}");
        }
    }
}

/// Each family moves with what it counts, by as much as it should.
#[tokio::test]
async fn each_family_counts_its_events() {
    let app = TestApp::new().await;
    let before = read(&app).await;

    let ada = app.user(ADA).await;
    let wrong = json!({"email": ADA, "password": "nope nope"});
    app.guest().run("accountCreateEmailSession", wrong).await;
    for _ in 0..3 {
        ada.run("accountGet", none()).await;
    }
    app.guest().query("{ accountGet { _id } accountListSessions { total } }").await;
    app.guest().query("{ nothing }").await;
    app.guest().rest("GET", "/v1/account", none()).await;
    app.guest().rest("GET", "/v1/nothing", none()).await;
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await;
    let after = read(&app).await;

    let moves = [
        ("accountd_http_requests_total{route=\"/v1/graphql\",status=\"200\"}", 9.0),
        ("accountd_http_requests_total{route=\"/v1/account\",status=\"401\"}", 1.0),
        ("accountd_http_requests_total{route=\"none\",status=\"404\"}", 1.0),
        ("accountd_http_request_duration_seconds_count{route=\"/v1/graphql\"}", 9.0),
        ("accountd_operations_total{operation=\"accountCreate\",outcome=\"ok\"}", 1.0),
        ("accountd_operations_total{operation=\"accountGet\",outcome=\"ok\"}", 3.0),
        ("accountd_operations_total{operation=\"accountGet\",outcome=\"refused\"}", 1.0),
        ("accountd_operations_total{operation=\"several\",outcome=\"refused\"}", 1.0),
        ("accountd_operations_total{operation=\"none\",outcome=\"refused\"}", 1.0),
        ("accountd_operation_duration_seconds_count{operation=\"accountGet\"}", 4.0),
        ("accountd_field_calls_total{field=\"accountGet\"}", 5.0),
        ("accountd_errors_total{type=\"user_invalid_credentials\"}", 1.0),
        ("accountd_errors_total{type=\"general_unauthorized_scope\"}", 3.0),
        ("accountd_sign_ins_total{method=\"password\",outcome=\"success\"}", 1.0),
        ("accountd_sign_ins_total{method=\"password\",outcome=\"failure\"}", 1.0),
        ("accountd_sessions_opened_total", 1.0),
        ("accountd_sessions_ended_total", 1.0),
        ("accountd_password_hashes_total", 3.0),
        ("accountd_password_hashes_refused_total", 0.0),
        ("accountd_password_hashes_waiting", 0.0),
    ];
    for (series, by) in moves {
        let difference = after.value(series) - before.value(series);
        assert_eq!(difference, by, "{series}: {:#?}", after.values);
    }
    let store = if std::env::var_os("TEST_REDIS_URL").is_some() { "redis" } else { "database" };
    let grows = [
        format!("accountd_limiter_calls_total{{store=\"{store}\",outcome=\"allowed\"}}"),
        "accountd_cache_hits_total{cache=\"user_agents\"}".to_owned(),
        "accountd_cache_misses_total{cache=\"documents\"}".to_owned(),
        "accountd_cache_hits_total{cache=\"documents\"}".to_owned(),
        "accountd_cache_bytes{cache=\"documents\"}".to_owned(),
        "process_cpu_seconds_total".to_owned(),
        "process_open_fds".to_owned(),
    ];
    for series in grows {
        let is_more = after.value(&series) > before.value(&series);
        assert!(is_more || series.starts_with("process"), "{series}: {:#?}", after.values);
        assert!(is_more || after.values.contains_key(&series), "{series}");
    }
    let statements = |exposition: &Exposition| {
        let all = exposition.values.iter();
        let all = all.filter(|(name, _)| name.starts_with("accountd_database_statements_total"));
        all.map(|(_, count)| count).sum::<f64>()
    };
    assert!(statements(&after) > statements(&before));
}

/// Waiting messages of the outbox are counted, with the age of the oldest; later their outcomes.
#[tokio::test]
async fn the_outbox_is_seen() {
    let app = TestApp::new().await;
    let recovery = json!({"email": ADA, "url": "https://app.example.com/reset"});
    app.sign_up(ADA).await;
    app.guest().run("accountCreateRecovery", recovery).await;
    app.advance(Duration::from_secs(7));

    let waiting = read(&app).await;
    worker::deliver_due(&app.app).await.unwrap();
    let sent = read(&app).await;

    assert_eq!(waiting.value("accountd_outbox_due{channel=\"mail\"}"), 1.0);
    assert_eq!(waiting.value("accountd_outbox_oldest_seconds{channel=\"mail\"}"), 7.0);
    // Nobody has tried it.
    assert_eq!(waiting.value("accountd_outbox_undelivered_seconds{channel=\"mail\"}"), 0.0);
    assert_eq!(waiting.value("accountd_outbox_due{channel=\"sms\"}"), 0.0);
    assert_eq!(sent.value("accountd_outbox_due{channel=\"mail\"}"), 0.0);
    let delivered = "accountd_messages_total{channel=\"mail\",outcome=\"delivered\"}";
    assert_eq!((waiting.value(delivered), sent.value(delivered)), (0.0, 1.0));
}

/// A message that is refused at once is never due for long, and its age grows all the same until it is delivered.
#[tokio::test]
async fn an_undelivered_message_grows_old_between_attempts() {
    let fake_server = FakeServer::smtp().await;
    fake_server.be(Behaviour::Refuses(451));
    let url = format!("smtp://127.0.0.1:{}", fake_server.port);
    let mail = format!("mail = {{ url = '{url}', from = 'accounts@example.com' }}");
    let app = TestApp::with(&mail).await;
    let recovery = json!({"email": ADA, "url": "https://app.example.com/reset"});
    app.sign_up(ADA).await;
    app.guest().run("accountCreateRecovery", recovery).await;
    app.advance(Duration::from_secs(2));
    worker::deliver_due(&app.app).await.unwrap();
    app.advance(Duration::from_secs(3));

    let refused = read(&app).await;
    fake_server.be(Behaviour::Takes);
    app.advance(Duration::from_secs(10));
    worker::deliver_due(&app.app).await.unwrap();
    let sent = read(&app).await;

    let names = ["due", "oldest_seconds", "undelivered_seconds"];
    let values = |exposition: &Exposition| {
        names.map(|name| exposition.value(&format!("accountd_outbox_{name}{{channel=\"mail\"}}")))
    };
    assert_eq!((values(&refused), values(&sent)), ([0.0, 0.0, 5.0], [0.0; 3]));
}

#[tokio::test]
async fn open_sockets_are_seen_until_they_are_closed() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let kinds = |exposition: &Exposition| {
        ["http", "websocket", "event_stream"]
            .map(|kind| exposition.value(&format!("accountd_connections{{kind=\"{kind}\"}}")))
    };
    let is = async |expected| {
        for _ in 0..1_000 {
            if kinds(&read(&app).await) == expected {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?} instead of {expected:?}", kinds(&read(&app).await));
    };
    assert_eq!(kinds(&read(&app).await), [0.0, 0.0, 0.0]);

    let socket = Socket::open(&app, &[]).await.ok().unwrap();
    is([1.0, 1.0, 0.0]).await;
    drop(socket);
    is([0.0, 0.0, 0.0]).await;

    let document = json!({"query": "subscription { accountEvents { kind } }"}).to_string();
    let request = Request::post("/v1/graphql")
        .header("content-type", "application/json")
        .header("accept", "text/event-stream");
    let request = request.body(document.into()).unwrap();
    let following = tokio::spawn(async move { ada.request(request).await });
    is([0.0, 0.0, 1.0]).await;
    following.abort();
    is([0.0, 0.0, 0.0]).await;
}

/// In production only the port of the metrics has them, and nothing else.
#[tokio::test]
async fn production_has_a_port_of_its_own_for_them() {
    let app = TestApp::in_production("metrics.listen = '127.0.0.1:9464'").await;

    assert_eq!(get(&app.guest()).await.request_error(), "404 general_route_not_found");
    let answer = get(&scraper(&app)).await;
    assert_eq!(answer.status, 200);
    Exposition::read(&answer.text, Format::Plain);
    for path in ["/", "/v1/graphql", "/health/live", "/v1/account", "/console"] {
        let answer = scraper(&app).rest("GET", path, none()).await;
        assert_eq!(answer.request_error(), "404 general_route_not_found", "{path}");
    }
    let document = scraper(&app).send(&json!({"query": "{ __typename }"})).await;
    assert_eq!(document.request_error(), "404 general_route_not_found");
    assert_eq!(scraper(&app).rest("POST", "/metrics", none()).await.status, 405);
}

#[tokio::test]
async fn a_token_is_needed_where_there_is_one() {
    let app = TestApp::with("metrics.token = 'a token of metrics'").await;

    for caller in [app.guest(), scraper(&app)] {
        assert_eq!(get(&caller).await.status, 401);
        for wrong in ["Bearer a token of metric", "a token of metrics", "Bearer "] {
            assert_eq!(get(&caller.clone().with("authorization", wrong)).await.status, 401);
        }
        let right = caller.with("authorization", "Bearer a token of metrics");
        assert_eq!(get(&right).await.status, 200);
    }
}

/// A server whose database doesn't answer still says what it knows: nobody needs it more than then.
#[tokio::test]
async fn a_server_without_its_database_still_answers() {
    let app = used().await;
    app.app.db.close().await;

    let metrics = read(&app).await;

    assert!(metrics.families.contains_key("accountd_outbox_due"));
    assert!(!metrics.values.contains_key("accountd_outbox_due{channel=\"mail\"}"));
    assert_eq!(metrics.value("accountd_password_hashes_total"), 3.0);
}
