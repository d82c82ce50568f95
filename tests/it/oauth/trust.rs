//! A provider's responses are trusted only once they are verified.

use std::time::Duration;

use serde_json::json;

use crate::support::{Browser, Fault, Provider, ProviderUser, START, TestApp, error_of};

/// OA-2: issuer, audience, nonce, time and signature of an ID token are checked, and it must be there.
#[tokio::test]
async fn a_false_id_token_opens_nothing() {
    let provider = Provider::start().await;
    let app = TestApp::with(&format!("limits.rates = false\n{}", provider.settings())).await;
    let (long_ago, ahead) = (START.seconds() - 60, START.seconds() + 61);
    for fault in [
        Fault::Claims("iss", json!("https://evil.test")),
        Fault::Claims("iss", json!(null)),
        Fault::Claims("iss", json!(format!("{}/", provider.issuer()))),
        Fault::Claims("aud", json!("another client")),
        Fault::Claims("aud", json!(["client", "another client"])),
        Fault::Claims("azp", json!("another client")),
        Fault::Claims("aud", json!([])),
        Fault::Claims("aud", json!(null)),
        Fault::Claims("nonce", json!("another nonce")),
        Fault::Claims("nonce", json!("")),
        Fault::Claims("nonce", json!(null)),
        Fault::Claims("exp", json!(long_ago)),
        Fault::Claims("exp", json!(null)),
        Fault::Claims("exp", json!("soon")),
        Fault::Claims("exp", json!((START.seconds() + 60).to_string())),
        Fault::Claims("iat", json!(ahead)),
        Fault::Claims("iat", json!(null)),
        Fault::Claims("nbf", json!(ahead)),
        Fault::Claims("sub", json!(null)),
        Fault::Claims("sub", json!("")),
        Fault::Claims("sub", json!(7)),
        Fault::Claims("sub", json!("x".repeat(300))),
        Fault::Header(json!({"alg": "none"})),
        Fault::Header(json!({"alg": "HS256"})),
        Fault::Header(json!({"alg": "HS256", "kid": "key 1"})),
        Fault::Header(json!({"alg": "RS256", "kid": "key 1"})),
        Fault::Header(json!({"alg": "ES256", "kid": "key 1"})),
        Fault::Header(json!({"alg": "EdDSA", "kid": "key 2"})),
        Fault::Header(json!({"alg": "EdDSA", "kid": "key 1", "crit": ["b64"], "b64": false})),
        Fault::Header(json!({"alg": "EdDSA", "kid": "key 1", "typ": "at+jwt"})),
        Fault::Header(json!({"alg": "EdDSA", "kid": "../../key"})),
        Fault::Header(json!({})),
        Fault::OtherKey,
        Fault::NoIdToken,
    ] {
        provider.fail(fault.clone());
        let mut browser = Browser::new(app.guest());

        let end = browser.sign_in(&provider, "fake").await;

        assert_eq!(error_of(&end), "user_oauth2_provider_error 424", "{fault:?}");
        assert_eq!(browser.session(), "", "{fault:?}");
    }
    provider.fail(Fault::None);
    let mut browser = Browser::new(app.guest());
    assert_eq!(error_of(&browser.sign_in(&provider, "fake").await), "");
}

/// OA-2: what the provider answers when asked counts only for the subject of the ID token.
#[tokio::test]
async fn an_answer_about_somebody_else_opens_nothing() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let mut provider_user = ProviderUser::new("ada", "ada@example.com", true);
    provider.be(provider_user.clone());
    provider.fail(Fault::Claims("email", json!(null)));
    let mut browser = Browser::new(app.guest());
    assert_eq!(error_of(&browser.sign_in(&provider, "fake").await), "");
    let account = browser.user().run("accountGet", json!({})).await.field();
    assert_eq!(account["email"], "ada@example.com");

    provider_user.0["email"] = json!(null);
    provider.be(provider_user);
    provider.fail(Fault::OtherUserInfo);
    let end = Browser::new(app.guest()).sign_in(&provider, "fake").await;

    assert_eq!(error_of(&end), "user_oauth2_provider_error 424");
}

/// A key that the provider has replaced is looked up, but not more often than once a minute.
#[tokio::test]
async fn a_new_key_is_looked_up() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    Browser::new(app.guest()).sign_in(&provider, "fake").await;
    provider.rotate_key();

    let too_soon = Browser::new(app.guest()).sign_in(&provider, "fake").await;
    app.advance(Duration::from_mins(1));
    let later = Browser::new(app.guest()).sign_in(&provider, "fake").await;

    assert_eq!(error_of(&too_soon), "user_oauth2_provider_error 424");
    assert_eq!(error_of(&later), "");
}
