//! accountCreateIdTokenSession.

use std::time::Duration;

use accountd::account::cleanup;
use entity::used_id_token;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    Answer, Browser, Caller, Fault, Provider, ProviderUser, START, TestApp, none, rounds,
};

const REFUSED: &str = "user_oauth2_token_invalid 401";

async fn start() -> (Provider, TestApp) {
    let provider = Provider::start().await;
    let app =
        TestApp::with(&format!("limits.rates = false\n{}", provider.settings_of_apps())).await;
    (provider, app)
}

async fn sign_in(caller: &Caller, provider: &str, token: &str, nonce: Option<&str>) -> Answer {
    let variables = json!({"provider": provider, "idToken": token, "nonce": nonce});
    caller.run("accountCreateIdTokenSession", variables).await
}

/// The user of a session.
async fn user_of(app: &TestApp, session: &Value) -> Value {
    let caller = app.guest().with_session(session["secret"].as_str().unwrap());
    caller.run("accountGet", none()).await.field()
}

/// A new user is created with the name and address of the token, and is the same next time.
#[tokio::test]
async fn a_token_signs_up_and_in() {
    let (provider, app) = start().await;
    let variables = json!({
        "provider": "fake", "idToken": provider.app_token(Some("n")), "nonce": "n",
        "accessToken": "access", "accessTokenExpiry": 60, "name": "Not Ada",
    });

    let session = app.guest().run("accountCreateIdTokenSession", variables).await.field();
    let token = provider.app_token(None);
    let again = sign_in(&app.guest(), "fake", &token, None).await.field();

    assert_eq!((&session["provider"], &session["providerUid"]), (&json!("fake"), &json!("ada")));
    assert_eq!(session["providerAccessToken"], "access");
    assert_eq!(session["providerAccessTokenExpiry"], "2026-11-23T12:01:00.000+00:00");
    assert_eq!(session["providerRefreshToken"], "");
    let user = user_of(&app, &session).await;
    assert_eq!(
        (&user["name"], &user["email"], &user["emailVerification"]),
        (&json!("Ada"), &json!("ada@example.com"), &json!(true))
    );
    assert_eq!(user_of(&app, &again).await["_id"], user["_id"]);
    assert_eq!(again["providerAccessTokenExpiry"], Value::Null);
}

/// The identity keeps the refresh token of a sign-in by browser, and without a new access token also that one.
#[tokio::test]
async fn a_token_of_an_app_keeps_the_refresh_token() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    let stored = async || {
        let page = browser.user().run("accountListIdentities", none()).await.field();
        let identity = &page["identities"][0];
        (identity["providerAccessToken"].clone(), identity["providerRefreshToken"].clone())
    };
    let (access, refresh) = stored().await;
    assert!(![&access, &refresh].contains(&&json!("")));

    sign_in(&app.guest(), "fake", &provider.app_token(None), None).await.data();
    assert_eq!(stored().await, (access, refresh.clone()));

    let variables =
        json!({"provider": "fake", "idToken": provider.app_token(None), "accessToken": "new"});
    app.guest().run("accountCreateIdTokenSession", variables).await.data();
    assert_eq!(stored().await, (json!("new"), refresh));
}

/// Apple gives the name to the app, not in the token.
#[tokio::test]
async fn the_app_may_know_the_name() {
    let (provider, app) = start().await;
    let email = "grace@example.com";
    provider.be(ProviderUser(json!({"sub": "grace", "email": email, "email_verified": "true"})));
    let token = provider.app_token(Some("n"));
    let variables =
        json!({"provider": "apple", "idToken": token, "nonce": "n", "name": "Grace Hopper"});

    let session = app.guest().run("accountCreateIdTokenSession", variables).await.field();

    let user = user_of(&app, &session).await;
    assert_eq!((&user["name"], &user["email"]), (&json!("Grace Hopper"), &json!(email)));
    assert_eq!(user["emailVerification"], true);
}

/// A token signs in once, at any of three servers, in whatever form it is presented.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_signs_in_once() {
    let (provider, app) = start().await;
    let servers = app.three().await;
    let token = provider.app_token(None);
    let mut calls = JoinSet::new();
    for n in 0..rounds(100, 1_000) {
        let (server, token) = (servers[n % 3].clone(), token.clone());
        let name = ["fake", "google"][n % 2];
        calls.spawn(async move { sign_in(&server.guest(), name, &token, None).await.error() });
    }

    let outcomes = calls.join_all().await;

    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "ok").count(), 1);
    assert!(
        outcomes
            .iter()
            .all(|outcome| ["ok", REFUSED, "general_server_busy 503"].contains(&outcome.as_str())),
        "{outcomes:?}"
    );
    let again = sign_in(&servers[0].guest(), "fake", &token, None).await;
    assert_eq!(again.error(), REFUSED);
    assert!(again.text.contains("signed in before"), "{}", again.text);
}

/// A sign-in that fails doesn't use the token up.
#[tokio::test]
async fn a_failed_sign_in_uses_nothing_up() {
    let (provider, app) = start().await;
    let token = provider.app_token(None);
    let bob = app.user("bob@example.com").await;
    sign_in(&app.guest(), "fake", &provider.app_token(None), None).await.data();

    // The provider account is another user's.
    assert_eq!(sign_in(&bob, "fake", &token, None).await.error(), "user_already_exists 409");
    assert_eq!(sign_in(&app.guest(), "fake", &token, None).await.error(), "ok");
}

/// OA-2: whatever is wrong with a token, it is not accepted, and the message says which check has failed.
#[tokio::test]
async fn a_wrong_token_is_not_accepted() {
    let (provider, app) = start().await;
    let at = START.seconds();
    for (fault, said) in [
        (Fault::Claims("iss", json!("https://evil.test")), "`iss`"),
        (Fault::Claims("aud", json!("another app")), "`aud`"),
        (Fault::Claims("aud", json!(["client", "another app"])), "`azp`"),
        (Fault::Claims("azp", json!("another app")), "`azp`"),
        (Fault::Claims("nonce", json!("another")), "`nonce`"),
        (Fault::Claims("exp", json!(at - 61)), "`exp`"),
        (Fault::Claims("exp", Value::Null), "`exp`"),
        (Fault::Claims("iat", json!(at + 61)), "`iat`"),
        (Fault::Claims("iat", json!(at - 86_461)), "`iat`"),
        (Fault::Claims("iat", Value::Null), "`iat`"),
        (Fault::Claims("nbf", json!(at + 61)), "`nbf`"),
        (Fault::Claims("sub", json!("")), "`sub`"),
        (Fault::Claims("sub", json!(7)), "`sub`"),
        (Fault::OtherKey, "fits none"),
        (Fault::Header(json!({"alg": "none"})), "`alg`"),
        (Fault::Header(json!({"alg": "HS256"})), "`alg`"),
        (Fault::Header(json!({"alg": "EdDSA", "kid": "another"})), "fits none"),
    ] {
        provider.fail(fault.clone());
        let token = provider.app_token(Some("n"));
        let answer = sign_in(&app.guest(), "fake", &token, Some("n")).await;
        assert_eq!(answer.error(), REFUSED, "{fault:?}");
        assert!(answer.text.contains(said), "{fault:?}: {}", answer.text);
    }
    provider.fail(Fault::None);
    let token = provider.app_token(None);
    for wrong in ["", "a.b.c", "nonsense", &token[..token.len() - 4], &format!("{token}x")] {
        assert_eq!(sign_in(&app.guest(), "fake", wrong, None).await.error(), REFUSED, "{wrong}");
    }
    assert_eq!(sign_in(&app.guest(), "fake", &token, None).await.error(), "ok");
}

/// The tokens of the app's own clients are accepted, too.
#[tokio::test]
async fn an_app_has_its_own_client_ids() {
    let (provider, app) = start().await;
    for claim in [
        Fault::Claims("aud", json!("phone")),
        Fault::Claims("aud", json!(["tablet"])),
        Fault::Claims("azp", json!("phone")),
    ] {
        provider.fail(claim);
        let token = provider.app_token(None);
        assert_eq!(sign_in(&app.guest(), "fake", &token, None).await.error(), "ok");
    }
}

/// Apple's tokens need a nonce; Google's may lack it; all others have the one that is presented.
#[tokio::test]
async fn providers_have_their_own_rule_for_nonces() {
    let (provider, app) = start().await;
    for (name, in_token, presented, expected) in [
        ("apple", None, None, REFUSED),
        ("apple", None, Some("n"), REFUSED),
        ("apple", Some("n"), None, REFUSED),
        ("apple", Some("n"), Some("n"), "ok"),
        ("google", None, None, "ok"),
        ("google", None, Some("n"), "ok"),
        ("google", Some("n"), None, REFUSED),
        ("google", Some("m"), Some("n"), REFUSED),
        ("fake", None, None, "ok"),
        ("fake", None, Some("n"), REFUSED),
        ("fake", Some("n"), Some(""), REFUSED),
    ] {
        let token = provider.app_token(in_token);
        let answer = sign_in(&app.guest(), name, &token, presented).await;
        assert_eq!(answer.error(), expected, "{name} {in_token:?} {presented:?}");
    }
}

/// A signed-in user links the provider account, and the new session replaces the old one.
#[tokio::test]
async fn a_signed_in_user_links_the_account() {
    let (provider, app) = start().await;
    let bob = app.user("bob@example.com").await;
    let id = bob.run("accountGet", none()).await.field()["_id"].clone();

    let session = sign_in(&bob, "fake", &provider.app_token(None), None).await.field();

    assert_eq!(user_of(&app, &session).await["_id"], id);
    assert_eq!(bob.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    let later = sign_in(&app.guest(), "fake", &provider.app_token(None), None).await.field();
    assert_eq!(user_of(&app, &later).await["_id"], id);
}

/// SJ-6: a JWT links nothing: the new session would outlive it.
#[tokio::test]
async fn a_jwt_links_nothing() {
    let (provider, app) = start().await;
    let bob = app.jwt_user("bob@example.com").await;

    let refused = sign_in(&bob, "fake", &provider.app_token(None), None).await;

    assert_eq!(refused.error(), "general_unauthorized_scope 401");
    assert_eq!(bob.run("accountListIdentities", none()).await.field()["total"], 0);
}

/// OA-4: an address that the provider hasn't verified opens nobody's account.
#[tokio::test]
async fn an_unverified_address_opens_no_account() {
    let (provider, app) = start().await;
    let ada = app.sign_up("ada@example.com").await;
    provider.be(ProviderUser::new("eve", "ada@example.com", false));

    let session = sign_in(&app.guest(), "fake", &provider.app_token(None), None).await.field();

    let user = user_of(&app, &session).await;
    assert_ne!(user["_id"], ada);
    assert_eq!(user["email"], "");
}

/// A blocked user is refused.
#[tokio::test]
async fn a_blocked_user_is_refused() {
    let (provider, app) = start().await;
    let session = sign_in(&app.guest(), "fake", &provider.app_token(None), None).await.field();
    let caller = app.guest().with_session(session["secret"].as_str().unwrap());
    caller.run("accountUpdateStatus", none()).await.data();

    let answer = sign_in(&app.guest(), "fake", &provider.app_token(None), None).await;

    assert_eq!(answer.error(), "user_blocked 403");
}

/// The error names a provider that accepts no tokens of apps, is unknown, or is unreachable.
#[tokio::test]
async fn a_provider_may_take_no_tokens() {
    let provider = Provider::start().await;
    let app = TestApp::with(&format!("limits.rates = false\n{}", provider.settings())).await;
    let token = provider.app_token(None);
    for (name, expected) in [
        ("fake", "project_provider_disabled 412"),
        ("google", "project_provider_disabled 412"),
        ("nobody", "project_provider_unsupported 400"),
    ] {
        assert_eq!(sign_in(&app.guest(), name, &token, None).await.error(), expected, "{name}");
    }

    let (provider, app) = start().await;
    provider.be_away(true);
    let away = sign_in(&app.guest(), "fake", &provider.app_token(None), None).await;
    assert_eq!(away.error(), "user_oauth2_provider_error 424");
}

#[tokio::test]
async fn arguments_have_limits() {
    let (provider, app) = start().await;
    for (argument, value) in [
        ("idToken", json!("x".repeat(8_193))),
        ("nonce", json!("x".repeat(257))),
        ("accessToken", json!("x".repeat(4_097))),
        ("accessTokenExpiry", json!(-1)),
        ("accessTokenExpiry", json!(31_536_001)),
        ("name", json!("x".repeat(129))),
    ] {
        let mut variables = json!({"provider": "fake", "idToken": provider.app_token(None)});
        variables[argument] = value;
        let answer = app.guest().run("accountCreateIdTokenSession", variables).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{argument}");
        assert_eq!(answer.argument(), argument);
    }
}

/// Ten failures an hour from a network; a success resets them.
#[tokio::test]
async fn ten_failures_an_hour() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings_of_apps()).await;
    let one = app.guest();
    for _ in 0..9 {
        assert_eq!(sign_in(&one, "fake", "nonsense", None).await.error(), REFUSED);
    }
    assert_eq!(sign_in(&one, "fake", &provider.app_token(None), None).await.error(), "ok");
    for _ in 0..10 {
        assert_eq!(sign_in(&one, "fake", "nonsense", None).await.error(), REFUSED);
    }

    let token = provider.app_token(None);
    let limited = sign_in(&one, "fake", &token, None).await;

    assert_eq!(limited.error(), "general_rate_limit_exceeded 429");
    app.advance(Duration::from_hours(1));
    assert_eq!(sign_in(&one, "fake", &token, None).await.error(), "ok");
}

/// Used tokens are forgotten when they are too old to be presented.
#[tokio::test]
async fn used_tokens_are_forgotten_in_time() {
    let (provider, app) = start().await;
    let token = provider.app_token(None);
    sign_in(&app.guest(), "fake", &token, None).await.data();
    let left = async || used_id_token::Entity::find().all(app.app.db.read()).await.unwrap().len();

    app.advance(Duration::from_hours(47));
    cleanup::purge(&app.app, app.app.clock.now()).await;
    assert_eq!(left().await, 1);
    app.advance(Duration::from_hours(1));
    cleanup::purge(&app.app, app.app.clock.now()).await;
    assert_eq!(left().await, 0);
    assert_eq!(sign_in(&app.guest(), "fake", &token, None).await.error(), REFUSED);
}
