//! Calls to providers: only to their own hosts, and not for long.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{
    Browser, FakeServer, Fault, Provider, START, TestApp, check_within, error_of,
};

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
    let (provider, fake_server) = (Provider::start().await, FakeServer::http().await);
    let app = TestApp::with(&provider.settings()).await;
    provider.fail(Fault::LeadsElsewhere(fake_server.port));

    let end = Browser::new(app.guest()).sign_in(&provider, "fake").await;

    assert_eq!(error_of(&end), FAILED);
    assert!(fake_server.received().is_empty());
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

    assert!(!hanging.is_finished());
    assert_eq!(hanging.await.unwrap(), FAILED);
    check_within(Duration::from_secs(15), start);
}

/// NW-7: a provider that is away is reported at the start.
#[tokio::test]
async fn an_unreachable_provider_is_reported() {
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

    assert_eq!(answer.request_error(), "424 user_oauth2_provider_error");
    let variables = json!({"provider": "fake", "success": "https://app.example.com/"});
    assert_eq!(app.guest().run("accountCreateOAuth2Token", variables).await.error(), "ok");
}

/// An issuer's metadata is used for a day while it can't be fetched, but keys don't where a signature fits none of them.
#[tokio::test]
async fn an_issuer_may_be_away_for_a_while() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let sign_in = async || error_of(&Browser::new(app.guest()).sign_in(&provider, "fake").await);
    assert_eq!(sign_in().await, "");
    provider.be_away(true);
    app.advance(Duration::from_hours(2));

    assert_eq!(sign_in().await, "");
    provider.rotate_key();
    assert_eq!(sign_in().await, FAILED);
    provider.be_away(false);
    // It is not asked for new keys again at once.
    assert_eq!(sign_in().await, FAILED);
    app.advance(Duration::from_mins(1));
    assert_eq!(sign_in().await, "");

    provider.be_away(true);
    app.advance(Duration::from_hours(24));
    let answer = Browser::new(app.guest()).get("/v1/account/sessions/oauth2/fake").await;
    assert_eq!(answer.request_error(), "424 user_oauth2_provider_error");
}

/// Of all who need an issuer's metadata at once, one fetches them; all of them get a failure.
#[tokio::test(flavor = "multi_thread")]
async fn metadata_are_fetched_once() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    provider.pause(Duration::from_millis(500));
    let begin = async || {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let mut browser = Browser::new(app.guest());
            let path = "/v1/account/sessions/oauth2/fake?success=https%3A%2F%2Fapp.example.com%2F";
            calls.spawn(async move { browser.get(path).await.status.as_u16() });
        }
        let mut statuses = calls.join_all().await;
        statuses.dedup();
        (statuses, provider.requests())
    };

    provider.be_away(true);
    assert_eq!(begin().await, (vec![424], 1));
    provider.be_away(false);
    assert_eq!(begin().await, (vec![302], 2));
    assert_eq!(begin().await, (vec![302], 2));
}

/// A provider's clock is compared with the time at which its answer has come.
#[tokio::test]
async fn a_token_is_judged_when_it_has_come() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    provider.fail(Fault::Claims("iat", json!(START.seconds() + 120)));
    let later = app.clone();
    provider.on_tokens(move || tokio::spawn(async move { later.advance(Duration::from_mins(2)) }));

    let end = Browser::new(app.guest()).sign_in(&provider, "fake").await;

    assert_eq!(error_of(&end), "");
}
