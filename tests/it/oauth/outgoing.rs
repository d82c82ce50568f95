//! Calls to providers: only to their own hosts, and not for long.

use std::time::Duration;
use std::time::Instant;

use serde_json::json;

use crate::support::Browser;
use crate::support::Fault;
use crate::support::Provider;
use crate::support::Sink;
use crate::support::TestApp;
use crate::support::error_of;

const FAILED: &str = "user_oauth2_provider_error 424";

/// NW-7: a provider that redirects, floods or refuses is not followed, not read on, and not believed.
#[tokio::test]
async fn an_odd_answer_is_left() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    for fault in [
        Fault::Redirects,
        Fault::Floods,
        Fault::Refuses(401),
        Fault::Refuses(500),
        Fault::Refuses(200),
    ] {
        provider.fail(fault.clone());
        let end = Browser::new(app.guest()).sign_in(&provider, "fake").await;
        assert_eq!(error_of(&end), FAILED, "{fault:?}");
    }
}

/// NW-7: metadata can't send the server to another host, or to another port of this one.
#[tokio::test]
async fn metadata_lead_to_no_other_host() {
    let (provider, sink) = (Provider::start().await, Sink::http().await);
    let app = TestApp::with(&provider.settings()).await;
    provider.fail(Fault::LeadsElsewhere(sink.port));

    let end = Browser::new(app.guest()).sign_in(&provider, "fake").await;

    assert_eq!(error_of(&end), FAILED);
    assert!(sink.taken().is_empty());
}

/// NW-7: a provider that hangs is left after ten seconds, and holds up nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_provider_is_left() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    provider.fail(Fault::Hangs);
    let start = Instant::now();
    let (signing_in, hung) = (app.clone(), provider.clone());
    let hanging = tokio::spawn(async move {
        let end = Browser::new(signing_in.guest()).sign_in(&hung, "fake").await;
        error_of(&end)
    });
    tokio::time::sleep(Duration::from_millis(300)).await;

    app.user("bob@example.com").await;

    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
    assert_eq!(hanging.await.unwrap(), FAILED);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

/// NW-7: a provider that is away is told at the start.
#[tokio::test]
async fn a_provider_that_is_away_is_told() {
    let app = TestApp::with(
        "public_url = \"http://localhost:8080\"
        [providers.fake]
        kind = \"oidc\"
        issuer = \"http://127.0.0.1:1\"
        client_id = \"client\"
        client_secret = \"secret\"",
    )
    .await;

    let answer = Browser::new(app.guest()).get("/v1/account/sessions/oauth2/fake").await;

    assert_eq!(answer.refusal(), "424 user_oauth2_provider_error");
    let asked = json!({"provider": "fake", "success": "https://app.example.com/"});
    assert_eq!(app.guest().run("accountCreateOAuth2Token", asked).await.error(), "ok");
}
