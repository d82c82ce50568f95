//! The contents of events.

use serde_json::{Value, json};

use super::{ADA, Hooked};
use crate::support::{Browser, PASSWORD, Provider, START, none};

/// The user of an event is that of REST.
#[tokio::test]
async fn a_user_is_what_rest_answers() {
    let hooked = Hooked::new(&["users.*.update"]).await;
    let ada = hooked.user(ADA).await;
    // Numbers and duplicates of a style of its own are kept as they came.
    let prefs = json!({"prefs": r#"{"theme": "dark",  "n": 1.50}"#});
    ada.run("accountUpdatePrefs", prefs).await.data();

    let calls = hooked.delivered().await;

    let rest = ada.rest("GET", "/v1/account", Value::Null).await.json();
    assert_eq!(calls[0].data(), rest);
    assert!(calls[0].body.contains(r#"{"theme": "dark",  "n": 1.50}"#), "{}", calls[0].body);
    let event = calls[0].json();
    assert_eq!((&event["project"], &event["timestamp"]), (&json!("p"), &json!(START.to_string())));
    assert_eq!(event["actor"], json!({"kind": "user", "name": ""}));
    assert_eq!(event.as_object().unwrap().len(), 5);
}

/// The session of an event is that of REST, as another session sees it.
#[tokio::test]
async fn a_session_is_what_rest_answers() {
    let hooked = Hooked::new(&["users.*.sessions"]).await;
    let ada = hooked.user(ADA).await;
    let other = hooked.sign_in(ADA).await;
    let path = format!("/v1/account/sessions/{}", ada.session_id().await);
    let rest = other.rest("GET", &path, Value::Null).await.json();
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();

    let calls = hooked.delivered().await;

    assert_eq!(
        (calls[0].data(), calls[0].event().as_str()),
        (rest.clone(), "users.*.sessions.*.create")
    );
    assert_eq!((calls[2].data(), calls[2].event().as_str()), (rest, "users.*.sessions.*.delete"));
}

/// A session of a provider names the user there, and contains none of the provider's tokens.
#[tokio::test]
async fn a_session_contains_no_tokens_of_a_provider() {
    let provider = Provider::start().await;
    let hooked = Hooked::with(&provider.settings(), &["users.*.sessions.*.create"]).await;
    let mut browser = Browser::new(hooked.guest());
    let secret = browser.fetch_token(&provider, "fake").await;
    let session = hooked.guest().run("accountCreateSession", secret).await.field();
    let user = hooked.guest().with_session(session["secret"].as_str().unwrap());
    let rest = user.rest("GET", "/v1/account/sessions/current", Value::Null).await.json();
    assert_ne!(rest["providerAccessToken"], "");

    let calls = hooked.delivered().await;

    assert_eq!(calls.len(), 1);
    let mut expected = rest;
    expected["current"] = json!(false);
    for secret in ["providerAccessToken", "providerAccessTokenExpiry", "providerRefreshToken"] {
        expected[secret] = json!("");
    }
    assert_eq!(calls[0].data(), expected);
    assert_ne!(calls[0].data()["providerUid"], "");
}

/// No event contains a secret: no password, hash, session secret or code. Nor can events be read in the database.
#[tokio::test]
async fn events_contain_no_secret() {
    let hooked = Hooked::new(&["users"]).await;
    let ada = hooked.user(ADA).await;
    let password = json!({"password": "another good password", "oldPassword": PASSWORD});
    ada.run("accountUpdatePassword", password).await.data();
    let page = "https://app.example.com/";
    ada.run("accountCreateVerification", json!({"url": page})).await.data();
    let mail = hooked.newest(ADA).await;
    let secret = json!({"userId": mail["userId"], "secret": mail["secret"]});
    ada.run("accountUpdateVerification", secret).await.data();
    let stored = format!("{:?}", hooked.rows().await);
    assert!(!stored.contains(ADA) && stored.contains("users.*.verify"), "{stored}");

    let calls = hooked.delivered().await;
    ada.run("accountDelete", none()).await.data();

    assert_eq!(calls.len(), 4);
    for call in calls.iter().chain(&hooked.delivered().await) {
        let secrets = [PASSWORD, "another good password", "argon2", ada.session()];
        for secret in secrets.into_iter().chain(mail["secret"].as_str()) {
            assert!(!call.body.contains(secret), "{}", call.body);
        }
        assert!(call.data().get("secret").is_none_or(|secret| secret == ""), "{}", call.body);
    }
}
