//! Odd values in a provider's response don't fail a sign-in if nothing depends on them.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::support::{Browser, Fault, PUBLIC_URL, Provider, ProviderUser, TestApp, error_of, none};

const FAILED: &str = "user_oauth2_provider_error 424";

async fn start() -> (Provider, TestApp) {
    let provider = Provider::start().await;
    let app = TestApp::with(&format!("limits.rates = false\n{}", provider.settings())).await;
    (provider, app)
}

/// C-19, C-20, C-21, C-24, C-27: signed in, whatever is odd about what nobody reads.
#[tokio::test]
async fn odd_answers_sign_in() {
    let now = crate::support::START.seconds();
    for fault in [
        Fault::Claims("updated_at", json!("2026-11-28T10:00:00Z")),
        Fault::Claims("address", json!([])),
        Fault::Claims("address", json!(["Main Street"])),
        Fault::Claims("phone_number_verified", json!("yes")),
        Fault::Claims("email_verified", json!("true")),
        Fault::Claims("azp", json!("client")),
        Fault::Claims("exp", json!(now - 2)),
        Fault::Claims("iat", json!(now + 30)),
        Fault::Tokens("expires_in", json!("3600")),
        Fault::Tokens("expires_in", json!(-1)),
        Fault::Tokens("scope", json!(["a", "b"])),
        Fault::Tokens("token_type", json!(null)),
        Fault::Metadata("scopes_supported", json!({"odd": true})),
        Fault::Metadata("id_token_signing_alg_values_supported", json!("EdDSA")),
        Fault::Metadata("token_endpoint_auth_methods_supported", json!(null)),
        Fault::PlainText,
    ] {
        // Each server reads metadata and keys anew.
        let (provider, app) = start().await;
        provider.fail(fault.clone());
        let mut browser = Browser::new(app.guest());

        assert_eq!(error_of(&browser.sign_in(&provider, "fake").await), "", "{fault:?}");

        let account = browser.user().run("accountGet", none()).await.field();
        assert_eq!(account["email"], "ada@example.com", "{fault:?}");
        assert_eq!(account["emailVerification"], true, "{fault:?}");
    }
}

/// C-20: an ID token for several is taken if it says that it was made for this client.
#[tokio::test]
async fn a_token_for_several_is_accepted_if_it_was_made_for_the_client() {
    let (provider, app) = start().await;
    provider.fail(Fault::Claims("aud", json!(["client", "264"])));
    let mut provider_user = ProviderUser::new("ada", "ada@example.com", true);
    provider_user.0["azp"] = json!("client");
    provider.be(provider_user.clone());
    assert_eq!(error_of(&Browser::new(app.guest()).sign_in(&provider, "fake").await), "");

    provider_user.0["azp"] = json!("264");
    provider.be(provider_user);
    assert_eq!(error_of(&Browser::new(app.guest()).sign_in(&provider, "fake").await), FAILED);
}

/// C-21: the same at renewal; a lifetime that makes no sense counts as absent.
#[tokio::test]
async fn odd_token_answers_renew() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    for (name, value, expiry) in [
        ("expires_in", json!("3600"), "2026-11-23T13:01:00.000+00:00"),
        ("expires_in", json!(3600.5), "2026-11-23T13:02:00.500+00:00"),
        ("expires_in", json!(null), ""),
        ("expires_in", json!(-3600), ""),
        ("scope", json!(["a", "b"]), "2026-11-23T13:05:00.000+00:00"),
        ("id_token", json!(7), "2026-11-23T13:06:00.000+00:00"),
    ] {
        provider.fail(Fault::Tokens(name, value.clone()));
        app.advance(Duration::from_mins(1));

        let user = browser.user();
        let answer = user.run("accountUpdateSession", json!({"sessionId": "current"})).await;
        let session = answer.field();

        let returned = session["providerAccessTokenExpiry"].as_str().unwrap_or_default();
        assert_eq!(returned, expiry, "{name} {value}");
    }
    assert_eq!(provider.renewals(), 6);
}

/// C-22: a provider that refuses to say the address signs in without one, and an identity is kept; one that is out of order
/// does not, since nobody would ever get the address.
#[tokio::test]
async fn a_refused_address_costs_the_address_only() {
    for (status, expected) in
        [(401, ""), (403, ""), (404, ""), (429, FAILED), (500, FAILED), (503, FAILED)]
    {
        let (provider, app) = start().await;
        provider.be(ProviderUser(json!({"sub": "ada", "name": "Ada"})));
        provider.fail(Fault::RefusesProfile(status));
        let mut browser = Browser::new(app.guest());

        let end = browser.sign_in(&provider, "fake").await;

        assert_eq!(error_of(&end), expected, "{status}");
        if expected.is_empty() {
            let account = browser.user().run("accountGet", none()).await.field();
            assert_eq!((&account["email"], &account["name"]), (&json!(""), &json!("Ada")));
        }
    }
    for (status, expected) in [(403, ""), (404, ""), (500, FAILED)] {
        let provider = Provider::start().await;
        let more = provider.settings_of("github", "kind = \"github\"\nstand_in = \"ISSUER\"");
        let app = TestApp::with(&format!("public_url = \"{PUBLIC_URL}\"\n{more}")).await;
        provider.be(ProviderUser(json!({"id": 7, "name": "Ada", "emails": []})));
        provider.fail(Fault::RefusesEmails(status));
        let mut browser = Browser::new(app.guest());

        assert_eq!(error_of(&browser.sign_in(&provider, "github").await), expected, "{status}");
    }
}

/// C-26: a scope for refresh tokens asks for consent, parameters can be set, and a preset's can be replaced or left out.
#[tokio::test]
async fn authorization_parameters_are_sent() {
    let offline = "scopes = \"openid offline_access\"";
    for (kind, more, expected) in [
        ("oidc", String::new(), json!({"scope": "openid email profile", "prompt": null})),
        (
            "oidc",
            offline.to_owned(),
            json!({"scope": "openid offline_access", "prompt": "consent"}),
        ),
        (
            "oidc",
            format!(
                "{offline}\nauthorization_params = {{ prompt = \"login\", audience = \"a b\" }}"
            ),
            json!({"prompt": "login", "audience": "a b"}),
        ),
        ("oidc", format!("{offline}\nauthorization_params.prompt = \"\""), json!({"prompt": null})),
        ("oidc", "scopes = \"email\"".to_owned(), json!({"scope": "openid email"})),
        (
            "google",
            "authorization_params.prompt = \"select_account\"".to_owned(),
            json!({"prompt": "select_account", "access_type": "offline"}),
        ),
        ("microsoft", String::new(), json!({"prompt": null})),
    ] {
        let provider = Provider::start().await;
        let at = if kind == "oidc" { "issuer" } else { "stand_in" };
        let more = format!("kind = \"{kind}\"\n{at} = \"ISSUER\"\n{more}");
        let settings =
            format!("public_url = \"{PUBLIC_URL}\"\n{}", provider.settings_of(kind, &more));
        let app = TestApp::with(&settings).await;

        let there: Url = Browser::new(app.guest()).authorize("sessions", kind).await;

        for (name, value) in expected.as_object().unwrap() {
            let sent: Vec<_> = there.query_pairs().filter(|(sent, _)| sent == name).collect();
            let sent: Vec<&str> = sent.iter().map(|(_, value)| &**value).collect();
            let value: Vec<&str> = value.as_str().into_iter().collect();
            assert_eq!(sent, value, "{kind} {name}: {there}");
        }
    }
}

/// C-26: what a client asks for besides counts, too.
#[tokio::test]
async fn a_client_can_ask_for_offline_access() {
    let (_, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let answer = browser
        .get("/v1/account/sessions/oauth2/fake?scopes[]=offline_access&scopes[]=email")
        .await;

    let there = answer.header("location");
    assert!(there.contains("&prompt=consent"), "{there}");
    assert!(there.contains("scope=openid+email+profile+offline_access&"), "{there}");
}

/// C-28: whatever the provider does, the browser lands at the page for failures, with the error.
#[tokio::test]
async fn every_failure_lands_at_its_page() {
    for fault in [
        Fault::Metadata("issuer", json!("https://other.example.com")),
        Fault::Metadata("authorization_endpoint", json!(7)),
        Fault::Metadata("authorization_endpoint", json!("http://example.com/")),
        Fault::Metadata("token_endpoint", Value::Null),
        Fault::Metadata("jwks_uri", json!("keys")),
    ] {
        let (provider, app) = start().await;
        provider.fail(fault.clone());
        let page = "https%3A%2F%2Fapp.example.com%2F";
        let path = format!("/v1/account/sessions/oauth2/fake?success={page}&failure={page}out");

        let answer = Browser::new(app.guest()).get(&path).await;

        let end: Url = answer.header("location").parse().unwrap();
        assert_eq!(answer.status, 302, "{fault:?}");
        assert!(end.as_str().starts_with("https://app.example.com/out?error="), "{end}");
        assert_eq!(error_of(&end), FAILED, "{fault:?}");
    }
    for fault in [
        Fault::Tokens("access_token", json!(["odd"])),
        Fault::Tokens("access_token", json!("a\nb")),
        Fault::Tokens("id_token", json!("a.b.c")),
        Fault::Tokens("id_token", json!({})),
        Fault::Claims("aud", json!({})),
    ] {
        let (provider, app) = start().await;
        provider.be(ProviderUser(json!({"sub": "ada"})));
        provider.fail(fault.clone());
        let end = Browser::new(app.guest()).sign_in(&provider, "fake").await;
        assert_eq!(error_of(&end), FAILED, "{fault:?}");
        assert!(end.as_str().starts_with("https://app.example.com/out?error="), "{end}");
    }
}

/// C-29: an app's scheme with one slash is a valid redirect URL.
#[tokio::test]
async fn an_app_scheme_with_one_slash_is_accepted() {
    let (provider, app) = start().await;
    let mut browser = Browser::new(app.guest());
    let start =
        "/v1/account/sessions/oauth2/fake?success=com.example.app:/cb&failure=com.example.app:/no";
    let there: Url = browser.get(start).await.header("location").parse().unwrap();

    let answer = browser.get(provider.agree(&there).as_str()).await;

    let end = answer.header("location");
    assert!(end.starts_with("com.example.app:/cb?userId="), "{end}");
    let there: Url = browser.get(start).await.header("location").parse().unwrap();
    let answer = browser.get(Provider::refuse(&there).as_str()).await;
    assert!(answer.header("location").starts_with("com.example.app:/no?error="));
}
