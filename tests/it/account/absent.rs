//! What the newest SDKs call and this server doesn't have: push targets and consents. And pings.

use serde_json::{Value, json};

use crate::support::{TestApp, none};

/// The list of consents is empty, and whatever is asked for singly is not there.
#[tokio::test]
async fn there_are_no_consents_and_push_targets() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let list = ada.run("accountListConsents", json!({"queries": ["limit(1)"]})).await.field();

    assert_eq!(list, json!({"total": 0, "consents": []}));
    let variables = json!({"consentId": "x", "tokenId": "x", "targetId": "x", "identifier": "x"});
    for (field, expected) in [
        ("accountGetConsent", "user_consent_not_found 404"),
        ("accountDeleteConsent", "user_consent_not_found 404"),
        ("accountListConsentTokens", "user_consent_not_found 404"),
        ("accountGetConsentToken", "user_consent_not_found 404"),
        ("accountDeleteConsentToken", "user_consent_not_found 404"),
        ("accountUpdatePushTarget", "user_target_not_found 404"),
        ("accountDeletePushTarget", "user_target_not_found 404"),
    ] {
        assert_eq!(ada.run(field, variables.clone()).await.error(), expected, "{field}");
        let guest = app.guest().run(field, variables.clone()).await;
        assert_eq!(guest.error(), "general_unauthorized_scope 401", "{field}");
    }
    let nonsense = ada.run("accountListConsents", json!({"queries": ["nonsense"]})).await;
    assert_eq!(nonsense.error(), "general_query_invalid 400");
}

/// A ping shows to everyone that the project exists.
#[tokio::test]
async fn a_ping_is_answered() {
    let app = TestApp::new().await;

    let answer = app.guest().rest("GET", "/v1/ping", Value::Null).await;
    let unknown = app.guest().with("x-appwrite-project", "nobody");
    let refused = unknown.rest("GET", "/v1/ping", Value::Null).await;

    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "Pong!"));
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(refused.request_error(), "404 project_not_found");
    assert_eq!(app.guest().run("pingGet", none()).await.field(), "Pong!");
}
