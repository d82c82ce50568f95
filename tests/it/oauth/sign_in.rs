//! Leaving for a provider, coming back, and what one has then.

use serde_json::json;

use crate::support::{Browser, Provider, ProviderUser, TestApp, error_of, none, token_of};

#[tokio::test]
async fn a_newcomer_gets_an_account_and_finds_it_again() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;

    let mut browser = Browser::new(app.guest());
    let end = browser.sign_in(&provider, "fake").await;

    assert_eq!(end.as_str(), "https://app.example.com/in");
    let account = browser.user().run("accountGet", none()).await.field();
    assert_eq!((&account["email"], &account["name"]), (&json!("ada@example.com"), &json!("Ada")));
    assert_eq!(account["emailVerification"], true);
    let session =
        browser.user().run("accountGetSession", json!({"sessionId": "current"})).await.field();
    assert_eq!((&session["provider"], &session["providerUid"]), (&json!("fake"), &json!("ada")));
    assert_eq!(session["providerAccessToken"], "access 1");
    assert_eq!(session["providerRefreshToken"], "refresh 1");
    assert_eq!(session["providerAccessTokenExpiry"], "2026-11-23T13:00:00.000+00:00");
    let mut other = Browser::new(app.guest());
    other.sign_in(&provider, "fake").await;
    assert_eq!(other.user().run("accountGet", none()).await.field()["_id"], account["_id"]);
    let identities = other.user().run("accountListIdentities", none()).await.field();
    assert_eq!(identities["total"], 1);
    let identity = &identities["identities"][0];
    assert_eq!(identity["providerEmail"], "ada@example.com");
    assert_eq!(identity["providerAccessToken"], "access 2");
    let logs = other.user().run("accountListLogs", none()).await.field();
    let events: Vec<_> = logs["logs"].as_array().unwrap().iter().map(|log| &log["event"]).collect();
    assert_eq!(events, ["session.create", "session.create", "identity.create", "user.create"]);
}

/// OT-2, OT-10: the app gets a token in its URL, which is good once, and for nothing else; the browser gets no cookie.
#[tokio::test]
async fn an_app_signs_in_with_a_token() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    for (kind, page) in
        [("tokens", "https://app.example.com/"), ("sessions", "com.example.app://done")]
    {
        let mut browser = Browser::new(app.guest());
        let start = format!("/v1/account/{kind}/oauth2/fake?success={page}");
        let there = browser.get(&start).await.header("location").parse().unwrap();
        let answer = browser.get(provider.agree(&there).as_str()).await;

        let end = answer.header("location");
        assert!(end.starts_with(page), "{end}");
        assert_eq!(browser.session(), "");
        let redeem = token_of(end);
        for other in ["accountUpdateMagicURLSession", "accountUpdateVerification"] {
            let refused = app.guest().run(other, redeem.clone()).await;
            assert_eq!(refused.error(), "user_invalid_token 401", "{other}");
        }
        let session = app.guest().run("accountCreateSession", redeem.clone()).await.field();
        assert_eq!(
            (&session["provider"], &session["providerUid"]),
            (&json!("fake"), &json!("ada"))
        );
        assert!(session["providerAccessToken"].as_str().unwrap().starts_with("access "));
        let again = app.guest().run("accountCreateSession", redeem).await;
        assert_eq!(again.error(), "user_invalid_token 401");
    }
}

#[tokio::test]
async fn the_field_returns_the_url_to_begin_at() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let variables = json!({
        "provider": "fake", "success": "https://app.example.com/a?b=c", "scopes": ["calendar"],
    });

    let url = app.guest().run("accountCreateOAuth2Token", variables).await.field()["url"].clone();

    let mut browser = Browser::new(app.guest());
    let there: url::Url =
        browser.get(url.as_str().unwrap()).await.header("location").parse().unwrap();
    let scope = there.query_pairs().find(|(name, _)| name == "scope").unwrap().1;
    assert_eq!(scope, "openid email profile calendar");
    let end: url::Url =
        browser.get(provider.agree(&there).as_str()).await.header("location").parse().unwrap();
    assert!(end.as_str().starts_with("https://app.example.com/a?b=c&userId="), "{end}");
}

#[tokio::test]
async fn impossible_sign_ins_are_refused() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let page = "https://app.example.com/";
    for (variables, error) in [
        (json!({"provider": "nobody", "success": page}), "project_provider_unsupported 400"),
        (json!({"provider": "google", "success": page}), "project_provider_disabled 412"),
        (json!({"provider": "fake"}), "general_argument_invalid 400"),
        (
            json!({"provider": "fake", "success": "https://evil.test/"}),
            "general_argument_invalid 400",
        ),
        (json!({"provider": "fake", "success": "other.app://x"}), "general_argument_invalid 400"),
        (
            json!({"provider": "fake", "success": "javascript://example.com/"}),
            "general_argument_invalid 400",
        ),
        (
            json!({"provider": "fake", "success": page, "failure": "https://evil.test/"}),
            "general_argument_invalid 400",
        ),
        (
            json!({"provider": "fake", "success": page, "scopes": ["a b"]}),
            "general_argument_invalid 400",
        ),
    ] {
        let mut browser = Browser::new(app.guest());
        let field = app.guest().run("accountCreateOAuth2Token", variables.clone()).await;
        assert_eq!(field.error(), error, "{variables}");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for name in ["success", "failure"] {
            query.extend_pairs(variables[name].as_str().map(|url| (name, url)));
        }
        query.extend_pairs(variables["scopes"][0].as_str().map(|scope| ("scopes[]", scope)));
        let path = format!(
            "/v1/account/tokens/oauth2/{}?{}",
            variables["provider"].as_str().unwrap(),
            query.finish()
        );
        let (kind, code) = error.split_once(' ').unwrap();
        assert_eq!(
            browser.get(&path).await.request_error(),
            format!("{code} {kind}"),
            "{variables}"
        );
    }
}

/// 50 an hour for each network, on the way there and on the way back.
#[tokio::test]
async fn starts_and_callbacks_are_limited() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    for path in [
        "/v1/account/sessions/oauth2/fake",
        "/v1/account/sessions/oauth2/callback/fake/default?state=x",
    ] {
        let mut browser = Browser::new(app.guest());
        for _ in 0..50 {
            assert_ne!(browser.get(path).await.status, 429);
        }
        assert_eq!(browser.get(path).await.request_error(), "429 general_rate_limit_exceeded");
    }
    let guest = app.guest();
    let variables = json!({"provider": "fake", "success": "https://app.example.com/"});
    for _ in 0..50 {
        assert_eq!(guest.run("accountCreateOAuth2Token", variables.clone()).await.error(), "ok");
    }
    let answer = guest.run("accountCreateOAuth2Token", variables).await;
    assert_eq!(answer.error(), "general_rate_limit_exceeded 429");
}

/// SJ-13: a blocked user comes in by no provider, and with no token that was handed out before.
#[tokio::test]
async fn a_blocked_user_stays_out() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    let token = browser.fetch_token(&provider, "fake").await;
    browser.user().run("accountUpdateStatus", none()).await.data();

    let mut other = Browser::new(app.guest());
    let end = other.sign_in(&provider, "fake").await;

    assert_eq!(error_of(&end), "user_blocked 403");
    assert_eq!(other.session(), "");
    let redeemed = app.guest().run("accountCreateSession", token).await;
    assert_ne!(redeemed.error(), "ok");
    let refreshed =
        browser.user().run("accountUpdateSession", json!({"sessionId": "current"})).await;
    assert_eq!(refreshed.error(), "user_blocked 403");
    assert_eq!(provider.renewals(), 0);
}

/// Two who come at once with a new account are one user.
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_one_user() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    // The first sign-in of a process reads what is known of user agents, which takes a while.
    app.user("bob@example.com").await;
    provider.be(ProviderUser::new("twin", "twin@example.com", true));
    let mut ways = Vec::new();
    for _ in 0..4 {
        let mut browser = Browser::new(app.guest());
        let there = browser.authorize("sessions", "fake").await;
        ways.push((browser, provider.agree(&there)));
    }

    let ways: Vec<_> = ways
        .into_iter()
        .map(|(mut browser, back)| {
            tokio::spawn(async move {
                browser.get(back.as_str()).await;
                browser.user().run("accountGet", none()).await.field()["_id"].clone()
            })
        })
        .collect();

    let mut users = std::collections::HashSet::new();
    for way in ways {
        users.insert(way.await.unwrap().to_string());
    }
    assert_eq!(users.len(), 1);
}
