//! `/metrics`: who may read it, and what it says.

use axum::body::Body;
use axum::http::Request;

use crate::support::{Answer, Caller, PASSWORD, TestApp};

async fn read(caller: &Caller) -> Answer {
    caller.request(Request::get("/metrics").body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn what_happens_is_counted() {
    let app = TestApp::new().await;
    app.user("ada@example.com").await;
    let wrong = serde_json::json!({"email": "ada@example.com", "password": "nope nope"});
    app.guest().run("accountCreateEmailSession", wrong).await;

    let answer = read(&app.guest()).await;

    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    for line in [
        "accountd_field_calls_total{field=\"accountCreate\"} 1",
        "accountd_field_calls_total{field=\"accountCreateEmailSession\"} 1",
        "accountd_errors_total{type=\"user_invalid_credentials\"} 1",
        "accountd_http_responses_total{status=\"200\"} 3",
        "accountd_http_seconds_count 3",
        "accountd_password_hashes_total 3",
        "accountd_passwords_waiting 0",
    ] {
        assert!(answer.text.lines().any(|other| other == line), "{line} is not in {}", answer.text);
    }
    assert!(answer.text.ends_with("# EOF\n"));
    assert!(!answer.text.contains("ada@example.com") && !answer.text.contains(PASSWORD));
}

#[tokio::test]
async fn a_token_is_needed_where_there_is_one() {
    let app = TestApp::with("metrics.token = 'a token of metrics'").await;

    assert_eq!(read(&app.guest()).await.status, 401);
    for wrong in ["Bearer a token of metric", "a token of metrics", "Bearer "] {
        assert_eq!(read(&app.guest().with("authorization", wrong)).await.status, 401);
    }
    let production = TestApp::in_production("").await;
    assert_eq!(read(&production.guest()).await.refusal(), "404 general_route_not_found");
    let right = app.guest().with("authorization", "Bearer a token of metrics");
    assert_eq!(read(&right).await.status, 200);
}
