//! Renewing a provider's tokens with accountUpdateSession.

use std::time::Duration;

use entity::{identity, session};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, Caller, Fault, Provider, ProviderUser, TestApp, none};

const FAILED: &str = "user_oauth2_provider_error 424";

/// Somebody who has signed in with a provider.
async fn start() -> (Provider, TestApp, Caller) {
    let provider = Provider::start().await;
    let app = TestApp::with(&format!("limits.rates = false\n{}", provider.settings())).await;
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    (provider, app, browser.user())
}

async fn update(caller: &Caller) -> Answer {
    caller.run("accountUpdateSession", json!({"sessionId": "current"})).await
}

/// Access and refresh token of the session.
async fn tokens(caller: &Caller) -> (Value, Value) {
    let session = caller.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    (session["providerAccessToken"].clone(), session["providerRefreshToken"].clone())
}

#[tokio::test]
async fn tokens_are_renewed_and_the_session_extended() {
    let (provider, app, ada) = start().await;
    app.advance(Duration::from_hours(1));

    let session = update(&ada).await.field();

    assert_eq!(session["providerAccessToken"], "access 2");
    assert_eq!(session["providerRefreshToken"], "refresh 2");
    assert_eq!(session["providerAccessTokenExpiry"], "2026-11-23T14:00:00.000+00:00");
    assert_eq!(session["expire"], "2026-12-23T13:00:00.000+00:00");
    let identities = ada.run("accountListIdentities", none()).await.field();
    assert_eq!(identities["identities"][0]["providerRefreshToken"], "refresh 2");
    app.advance(Duration::from_mins(1));
    assert_eq!(update(&ada).await.field()["providerAccessToken"], "access 3");
    assert_eq!(provider.renewals(), 2);
}

/// Without a new refresh token, the old one is kept.
#[tokio::test]
async fn the_refresh_token_is_kept_when_none_comes_back() {
    let (provider, app, ada) = start().await;
    provider.fail(Fault::KeepsRefreshToken);

    for round in 2..5 {
        let session = update(&ada).await.field();
        assert_eq!(session["providerAccessToken"], format!("access {round}"));
        assert_eq!(session["providerRefreshToken"], "refresh 1");
        app.advance(Duration::from_secs(5));
    }
}

/// OA-1: fifty at once are one call of the provider, and all get the same new token; on several servers, too.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_are_one_renewal() {
    let (provider, app, ada) = start().await;
    provider.pause(Duration::from_millis(300));
    let mut servers = vec![app.clone()];
    servers.extend(app.another().await);
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..50 {
        let caller = servers[n % servers.len()].guest().with_session(ada.session());
        calls.spawn(async move { update(&caller).await });
    }

    let answers = calls.join_all().await;

    assert_eq!(provider.renewals(), 1);
    for answer in answers {
        assert_eq!(answer.field()["providerAccessToken"], "access 2");
    }
    assert_eq!(tokens(&ada).await, (json!("access 2"), json!("refresh 2")));
}

/// OA-1: when the one call fails, those who wait get the failure, and don't try one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_reaches_all_waiting_callers() {
    let (provider, _app, ada) = start().await;
    let answers = {
        let mut calls = tokio::task::JoinSet::new();
        provider.fail(Fault::Hangs);
        for _ in 0..20 {
            let caller = ada.clone();
            calls.spawn(async move { update(&caller).await.error() });
        }
        calls.join_all().await
    };

    assert!(answers.iter().all(|error| error == FAILED), "{answers:?}");
    assert!(provider.calls().len() <= 3, "{}", provider.calls().len());
    provider.fail(Fault::None);
    assert_eq!(update(&ada).await.error(), "ok");
}

/// N-44: a provider that refuses, or fails otherwise: 424, and the stored tokens stay.
#[tokio::test]
async fn a_refused_renewal_changes_nothing() {
    let (provider, app, ada) = start().await;
    let expire =
        ada.run("accountGetSession", json!({"sessionId": "current"})).await.field()["expire"]
            .clone();
    app.advance(Duration::from_mins(1));
    for fault in [
        Fault::Refuses(401),
        Fault::Refuses(400),
        Fault::Refuses(500),
        Fault::Redirects,
        Fault::Floods,
    ] {
        provider.fail(fault.clone());
        assert_eq!(update(&ada).await.error(), FAILED, "{fault:?}");
        assert_eq!(tokens(&ada).await, (json!("access 1"), json!("refresh 1")), "{fault:?}");
    }
    let session = ada.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    assert_eq!(session["expire"], expire);
    provider.fail(Fault::None);
    assert_eq!(update(&ada).await.field()["providerAccessToken"], "access 2");
}

/// OA-1: a server that dies between the provider's answer and its own commit has lost the tokens: 424, no success.
#[tokio::test]
async fn a_crash_after_the_renewal_is_no_success() {
    let (provider, app, ada) = start().await;
    // What it leaves behind: a right to renew that nobody gives back, and a refresh token that the provider has seen.
    let row = session::Entity::find().all(app.app.db.read()).await.unwrap().pop().unwrap();
    let mut row = row.into_active_model();
    row.refreshing_until = Set(Some(app.app.clock.now() + Duration::from_secs(15)));
    row.update(app.app.db.writer()).await.unwrap();
    let used = format!(
        "grant_type=refresh_token&refresh_token={}&client_secret=x",
        provider.refresh_token()
    );
    let http = reqwest::Client::new();
    http.post(format!("{}/token", provider.issuer())).body(used).send().await.unwrap();
    let secret = ada.session().to_owned();
    // A caller holds the server that it calls.
    drop(ada);
    let app = app.restarted().await;
    let ada = app.guest().with_session(&secret);
    app.advance(Duration::from_secs(15));

    assert_eq!(update(&ada).await.error(), FAILED);
    assert_eq!(tokens(&ada).await, (json!("access 1"), json!("refresh 1")));
}

/// OA-1: tokens that were renewed and could not be kept are 424, too, whatever the database had.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_commit_is_no_success() {
    let (provider, app, ada) = start().await;
    let db = app.app.clone();
    provider.on_tokens(move || {
        tokio::spawn(async move {
            db.db
                .writer()
                .execute_unprepared("ALTER TABLE security_logs RENAME TO gone")
                .await
                .unwrap();
        })
    });

    assert_eq!(update(&ada).await.error(), FAILED);

    app.app
        .db
        .writer()
        .execute_unprepared("ALTER TABLE gone RENAME TO security_logs")
        .await
        .unwrap();
    assert_eq!(tokens(&ada).await, (json!("access 1"), json!("refresh 1")));
}

/// OA-1: who signs out meanwhile is signed out, and gets no tokens.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_meanwhile_ends_it() {
    let (provider, _app, ada) = start().await;
    let leaving = ada.clone();
    provider.on_tokens(move || {
        tokio::spawn(async move {
            leaving.run("accountDeleteSessions", none()).await.data();
        })
    });

    assert_eq!(update(&ada).await.error(), "general_unauthorized_scope 401");
}

/// N-45: the eleventh call in an hour is refused.
#[tokio::test]
async fn eleven_in_an_hour_are_too_many() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    let ada = browser.user();
    for _ in 0..10 {
        assert_eq!(update(&ada).await.error(), "ok");
        app.advance(Duration::from_secs(6));
    }

    assert_eq!(update(&ada).await.error(), "general_rate_limit_exceeded 429");
    assert_eq!(provider.renewals(), 10);
}

/// A session whose provider the server no longer knows gets an error that names it; one without a refresh token is extended.
#[tokio::test]
async fn a_provider_that_is_gone_renews_nothing() {
    let (provider, app, ada) = start().await;
    let row = session::Entity::find().all(app.app.db.read()).await.unwrap().pop().unwrap();
    let mut row = row.into_active_model();
    row.provider = Set("gone".to_owned());
    row.update(app.app.db.writer()).await.unwrap();
    assert_eq!(update(&ada).await.error(), "project_provider_unsupported 400");

    provider.be(ProviderUser::new("bob", "bob@example.com", true));
    provider.fail(Fault::KeepsRefreshToken);
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    let session = update(&browser.user()).await.field();
    assert_eq!(session["providerRefreshToken"], "");
    assert_eq!(provider.renewals(), 0);
}

/// DL-5: tokens are encrypted where they rest, and one that is moved to another row is read by nobody.
#[tokio::test]
async fn tokens_rest_encrypted_in_their_rows() {
    let (provider, app, ada) = start().await;
    provider.be(ProviderUser::new("eve", "eve@example.com", true));
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    browser.authorize("sessions", "fake").await;
    let sessions = session::Entity::find().all(app.app.db.read()).await.unwrap();
    let identities = identity::Entity::find().all(app.app.db.read()).await.unwrap();
    let flows = entity::oauth_flow::Entity::find().all(app.app.db.read()).await.unwrap();
    let dump = format!("{sessions:?}{identities:?}{flows:?}");
    for clear in ["access 1", "access 2", "refresh 1", "refresh 2", "verifier", "nonce"] {
        assert!(!dump.contains(clear), "{clear}");
    }
    assert_eq!(dump.matches("\"1.").count(), 5);

    let (one, other) = (sessions[0].clone(), sessions[1].clone());
    for moved in [other.provider_tokens.clone(), Some(identities[0].provider_tokens.clone())] {
        let mut row = one.clone().into_active_model();
        row.provider_tokens = Set(moved);
        row.update(app.app.db.writer()).await.unwrap();
        assert_eq!(tokens(&ada).await, (json!(""), json!("")));
        assert_eq!(update(&ada).await.error(), "ok");
        assert_eq!(tokens(&ada).await, (json!(""), json!("")));
    }
    assert_eq!(provider.renewals(), 0);
}
