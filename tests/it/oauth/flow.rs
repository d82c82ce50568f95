//! A sign-in belongs to its browser and provider, and ends once.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use entity::oauth_flow;
use sea_orm::EntityTrait;
use url::Url;

use crate::support::{Browser, Provider, TestApp, error_of};

const REFUSED: &str = "400 user_oauth2_bad_request";

async fn start() -> (Provider, TestApp) {
    let provider = Provider::start().await;
    let more = provider.settings_of("twin", "kind = \"oidc\"\nissuer = \"ISSUER\"");
    let app = TestApp::with(&format!("limits.rates = false\n{}{more}", provider.settings())).await;
    (provider, app)
}

/// OA-3: a state is good once, even for the browser that it belongs to.
#[tokio::test]
async fn a_state_is_good_once() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let there = browser.authorize("sessions", "fake").await;
    let back = provider.agree(&there);
    let before = browser.clone();
    assert_eq!(browser.get(back.as_str()).await.status, 302);

    // With the cookie that the first time has taken away.
    assert_eq!(before.clone().get(back.as_str()).await.request_error(), REFUSED);

    assert_eq!(provider.calls().len(), 1);
    assert!(oauth_flow::Entity::find().all(app.app.db.read()).await.unwrap().is_empty());
}

/// OA-3: of twenty who bring one state at once, one is let in.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_at_once_one_is_let_in() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let there = browser.authorize("sessions", "fake").await;
    let back = provider.agree(&there);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (mut browser, back) = (browser.clone(), back.clone());
        calls.spawn(async move { browser.get(back.as_str()).await.status.as_u16() });
    }

    let mut statuses = calls.join_all().await;

    statuses.sort_unstable();
    assert_eq!(statuses[0], 302);
    assert!(statuses[1..].iter().all(|status| *status == 400), "{statuses:?}");
    assert_eq!(provider.calls().len(), 1);
}

/// OA-3: another browser, another provider, another project, a made-up state, and ten minutes: nothing is begun by any.
#[tokio::test]
async fn a_state_is_bound_to_browser_provider_and_time() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let there = browser.authorize("sessions", "fake").await;
    let back = provider.agree(&there);

    let mut stranger = Browser::new(app.guest());
    assert_eq!(stranger.get(back.as_str()).await.request_error(), REFUSED);
    stranger.authorize("sessions", "fake").await;
    assert_eq!(stranger.get(back.as_str()).await.request_error(), REFUSED);
    for (from, to) in [("/fake/", "/twin/"), ("/default?", "/other?"), ("state=", "state=0")] {
        let other = back.as_str().replace(from, to);
        assert_eq!(browser.clone().get(&other).await.request_error(), REFUSED, "{to}");
    }
    app.advance(Duration::from_secs(599));
    let mut in_time = browser.clone();
    assert_eq!(in_time.get(back.as_str()).await.status, 302);
    let there = browser.authorize("sessions", "fake").await;
    let back = provider.agree(&there);
    app.advance(Duration::from_secs(601));
    assert_eq!(browser.get(back.as_str()).await.request_error(), REFUSED);
}

/// OA-3: a code that was redeemed before opens no session in any browser.
#[tokio::test]
async fn a_replayed_code_opens_nothing() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let there = browser.authorize("sessions", "fake").await;
    let used = provider.agree(&there);
    browser.get(used.as_str()).await;
    let code = used.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let mut thief = Browser::new(app.guest());
    let there = thief.authorize("sessions", "fake").await;
    let mut back: Url = provider.agree(&there);
    let state = back.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    back.query_pairs_mut().clear().append_pair("code", &code).append_pair("state", &state);

    let answer = thief.get(back.as_str()).await;

    let end = answer.header("location").parse().unwrap();
    assert_eq!(error_of(&end), "user_oauth2_provider_error 424");
    assert_eq!(thief.session(), "");
}

/// OA-3: a code of one sign-in doesn't fit the verifier of another, so that it can't be slipped in.
#[tokio::test]
async fn a_code_fits_its_own_verifier_only() {
    let (provider, app) = start().await;
    let (mut one, mut other) = (Browser::new(app.guest()), Browser::new(app.guest()));
    let first = provider.agree(&one.authorize("sessions", "fake").await);
    let second = provider.agree(&other.authorize("sessions", "fake").await);
    let of = |url: &Url, name: &str| {
        url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    let mut mixed = second.clone();
    let (code, state) = (of(&first, "code"), of(&second, "state"));
    mixed.query_pairs_mut().clear().append_pair("code", &code).append_pair("state", &state);

    let answer = other.get(mixed.as_str()).await;

    let end = answer.header("location").parse().unwrap();
    assert_eq!(error_of(&end), "user_oauth2_provider_error 424");
}

/// A user who declines is redirected to the page for failures.
#[tokio::test]
async fn a_rejection_is_reported() {
    let (_, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let there = browser.authorize("sessions", "fake").await;

    let answer = browser.get(Provider::refuse(&there).as_str()).await;

    let end: Url = answer.header("location").parse().unwrap();
    assert_eq!(error_of(&end), "user_oauth2_unauthorized 401");
    assert!(end.as_str().starts_with("https://app.example.com/out?error="), "{end}");
    let there = browser.get("/v1/account/sessions/oauth2/fake").await;
    let there = there.header("location").parse().unwrap();
    let answer = browser.get(Provider::refuse(&there).as_str()).await;
    assert_eq!(answer.request_error(), "401 user_oauth2_unauthorized");
}

/// OA-3: an answer in the name of another issuer (a mix-up) is refused.
#[tokio::test]
async fn an_answer_of_another_issuer_is_refused() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    for (issuer, expected) in
        [(provider.issuer(), ""), ("https://evil.test".to_owned(), "user_oauth2_bad_request 400")]
    {
        let mut back = provider.agree(&browser.authorize("sessions", "fake").await);
        back.query_pairs_mut().append_pair("iss", &issuer);
        let answer = browser.get(back.as_str()).await;
        let end = answer.header("location").parse().unwrap();
        assert_eq!(error_of(&end), expected, "{issuer}");
    }
}

/// A provider that has the browser post a form: the browser is sent on by GET, where it shows its cookie.
#[tokio::test]
async fn a_posted_answer_is_sent_on() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let back = provider.agree(&browser.authorize("sessions", "fake").await);
    let form = format!("{}&extra=%7B%7D", back.query().unwrap());
    // A post from another site comes without cookies.
    let post =
        Request::post(back.path()).header("content-type", "application/x-www-form-urlencoded");
    let answer = Browser::new(app.guest()).send(post.body(Body::from(form)).unwrap()).await;

    assert_eq!(answer.status, 303);
    let there = answer.header("location").to_owned();
    assert!(!there.contains("extra="), "{there}");
    let end = browser.get(&there).await;
    assert_eq!(end.header("location"), "https://app.example.com/in");
    assert_eq!(end.header("content-type"), "text/html; charset=utf-8");
}

/// The cookies: out of reach for scripts, and for other sites' requests but the way back.
#[tokio::test]
async fn the_cookies_are_kept_close() {
    let provider = Provider::start().await;
    let settings =
        provider.settings().replace("http://localhost:8080", "https://id.example.com/auth");
    let app = TestApp::with(&settings).await;
    let answer = Browser::new(app.guest()).get("/v1/account/sessions/oauth2/fake").await;

    let cookie = answer.cookies()[0];
    assert!(cookie.starts_with("a_oauth2_"), "{cookie}");
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/auth/v1/account/sessions/oauth2/callback; Max-Age=600"),
        "{cookie}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("location").contains("redirect_uri=https%3A%2F%2Fid.example.com%2Fauth%2Fv1%2Faccount%2Fsessions%2Foauth2%2Fcallback%2Ffake%2Fdefault&"));
}
