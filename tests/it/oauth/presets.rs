//! The providers that have a name: how each is asked, and what its answers mean.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use crate::support::{Browser, PUBLIC_URL, Provider, ProviderUser, TestApp, none};

/// A key of P-256 that nobody else has any use for.
const APPLE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXusG52XFM3PIZjcR
TsWJyJ/X+oUfG/z9irZf2l5HNtGhRANCAASA88RsvcRX5ntmdLf3pF3RoKv7wnTw
gnzlqrvywYNpILkbI9P8ncZhUwgk7qB1tA4s4Y3blpXy4C6glIfBndkq
-----END PRIVATE KEY-----";

fn settings(provider: &Provider, kind: &str) -> String {
    let more = format!("kind = \"{kind}\"\nstand_in = \"ISSUER\"");
    format!("public_url = \"{PUBLIC_URL}\"\n{}", provider.settings_of(kind, &more))
}

/// Subject, address and whether it is verified, as each provider returns them.
#[tokio::test]
async fn every_plain_provider_is_understood() {
    for (kind, profile, verified) in [
        (
            "discord",
            json!({"id": "7", "email": "ada@example.com", "verified": true, "global_name": "Ada"}),
            true,
        ),
        (
            "discord",
            json!({"id": "7", "email": "ada@example.com", "verified": false, "global_name": "Ada"}),
            false,
        ),
        ("facebook", json!({"id": "7", "email": "ada@example.com", "name": "Ada"}), false),
        (
            "github",
            json!({"id": 7, "email": "shown@example.com", "name": "Ada", "emails": [
                {"email": "other@example.com", "primary": false, "verified": true},
                {"email": "ada@example.com", "primary": true, "verified": true},
            ]}),
            true,
        ),
        (
            "github",
            json!({"id": 7, "email": "shown@example.com", "name": "Ada", "emails": [
                {"email": "ada@example.com", "primary": true, "verified": false},
            ]}),
            false,
        ),
        (
            "linkedin",
            json!({"sub": "7", "email": "ada@example.com", "email_verified": true, "name": "Ada"}),
            true,
        ),
        (
            "microsoft",
            json!({"sub": "7", "email": "ada@example.com", "email_verified": true, "name": "Ada"}),
            false,
        ),
        ("spotify", json!({"id": "7", "email": "ada@example.com", "display_name": "Ada"}), false),
    ] {
        let provider = Provider::start().await;
        let app = TestApp::with(&settings(&provider, kind)).await;
        provider.be(ProviderUser(profile));
        let mut browser = Browser::new(app.guest());

        let end = browser.sign_in(&provider, kind).await;

        assert_eq!(end.as_str(), "https://app.example.com/in", "{kind}");
        let account = browser.user().run("accountGet", none()).await.field();
        assert_eq!(
            (&account["email"], &account["name"]),
            (&json!(if verified { "ada@example.com" } else { "" }), &json!("Ada")),
            "{kind}"
        );
        assert_eq!(account["emailVerification"], verified, "{kind}");
        let identities = browser.user().run("accountListIdentities", none()).await.field();
        let identity = &identities["identities"][0];
        assert_eq!(
            (&identity["providerUid"], &identity["providerEmail"]),
            (&json!("7"), &json!("ada@example.com")),
            "{kind}"
        );
        let call = provider.calls().pop().unwrap();
        assert!(call.contains("client_id=client&client_secret="), "{kind}: {call}");
        assert_eq!(call.contains("code_verifier="), kind != "linkedin", "{kind}: {call}");
    }
}

/// Those with metadata are asked as any issuer is, each with what it needs besides.
#[tokio::test]
async fn every_issuer_is_asked() {
    for (kind, parameter) in [
        ("google", "access_type=offline&prompt=consent"),
        ("gitlab", "scope=openid+email+profile"),
        ("slack", "scope=openid+email+profile"),
        ("apple", "response_mode=form_post"),
    ] {
        let provider = Provider::start().await;
        let app = TestApp::with(&settings(&provider, kind)).await;
        let mut browser = Browser::new(app.guest());
        let there = browser.authorize("sessions", kind).await;
        assert!(there.as_str().contains(parameter), "{there}");
        assert!(there.as_str().contains("code_challenge_method=S256"), "{there}");

        let answer = browser.get(provider.agree(&there).as_str()).await;

        assert_eq!(answer.header("location"), "https://app.example.com/in", "{kind}");
    }
}

/// Apple is shown a client secret that the server signs itself.
#[tokio::test]
async fn apple_is_shown_a_signed_secret() {
    let provider = Provider::start().await;
    let settings = settings(&provider, "apple").replace(
        "client_secret = \"client's secret\"",
        &format!("team_id = \"TEAM\"\nkey_id = \"KEY\"\nprivate_key = \"\"\"{APPLE_KEY}\"\"\""),
    );
    let app = TestApp::with(&settings).await;

    let end: Url = Browser::new(app.guest()).sign_in(&provider, "apple").await;

    assert_eq!(end.as_str(), "https://app.example.com/in");
    let authorization = provider.authorizations().pop().unwrap();
    let pair = authorization.strip_prefix("Basic ").unwrap();
    let pair = base64::engine::general_purpose::STANDARD.decode(pair).unwrap();
    let pair = String::from_utf8(pair).unwrap();
    let parts: Vec<&str> = pair.strip_prefix("client:").unwrap().split('.').collect();
    let json = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(json(parts[0]), json!({"alg": "ES256", "kid": "KEY"}));
    let claims = json(parts[1]);
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("TEAM"), &json!("client")));
    assert_eq!(claims["aud"], provider.issuer());
    assert_eq!(URL_SAFE_NO_PAD.decode(parts[2]).unwrap().len(), 64);
}

/// Apple posts a form, with the name beside the code.
#[tokio::test]
async fn apple_sends_the_name_once() {
    let provider = Provider::start().await;
    let app = TestApp::with(&settings(&provider, "apple")).await;
    let mut provider_user = ProviderUser::new("7", "ada@example.com", true);
    provider_user.0.as_object_mut().unwrap().remove("name");
    provider.be(provider_user);
    let mut browser = Browser::new(app.guest());
    let there = browser.authorize("sessions", "apple").await;
    let back = provider.agree(&there);
    let user = json!({"name": {"firstName": "Ada", "lastName": "Lovelace"}}).to_string();
    let form: String = url::form_urlencoded::Serializer::new(back.query().unwrap().to_owned())
        .append_pair("user", &user)
        .finish();
    let posted = axum::http::Request::post(back.path())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.into())
        .unwrap();

    let answer = app.guest().request(posted).await;
    assert_eq!(answer.status, 303);
    browser.get(answer.header("location")).await;

    let account = browser.user().run("accountGet", none()).await.field();
    assert_eq!(account["name"], "Ada Lovelace");
}
