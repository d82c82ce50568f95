//! `accountd doctor --provider`: what it sees on its way to tokens.

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Fault, MASTER_SECRET, Provider, accountd};

/// Runs the doctor on a provider: whether all is in order, and what it prints.
async fn examine(settings: &str, id: &str) -> (bool, String) {
    let folder = TempDir::new().unwrap();
    let settings = settings.replace("http://localhost:8080", "https://accounts.example.com");
    std::fs::write(folder.path().join("accountd.toml"), settings).unwrap();
    let environment = [("ACCOUNTD_MASTER_SECRET", MASTER_SECRET), ("ACCOUNTD_MAIL__URL", "none:")];
    let arguments = ["--config", "accountd.toml", "doctor", "--provider", id];
    let mut command = accountd(folder.path(), &arguments, &environment);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// C-28: a line for each step, and for a provider in order the exit code 0.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_in_order_is_walked_through() {
    let provider = Provider::start().await;
    let issuer = provider.issuer();

    let (is_well, report) = examine(&provider.settings(), "fake").await;

    assert!(is_well, "{report}");
    for line in [
        "ok   settings: client_id \"client\", scopes \"openid email profile\"".to_owned(),
        "ok   callback: let the provider send users back to https://accounts.example.com/v1/account/sessions/oauth2/callback/fake/default".to_owned(),
        format!("ok   discovery: {issuer}/.well-known/openid-configuration names the issuer {issuer}"),
        format!("ok   authorization endpoint: {issuer}/authorize"),
        format!("ok   keys: {issuer}/jwks, usable keys: 1"),
        format!("ok   userinfo: {issuer}/userinfo"),
        format!("ok   token endpoint: {issuer}/token answered \"invalid_grant\" to a made-up code: endpoint, client and secret are right"),
    ] {
        assert!(report.lines().any(|it| it == line), "{line}\n{report}");
    }
    assert_eq!(provider.calls().len(), 1);
}

/// C-28: what is wrong is named, and ends with another exit code.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_provider_is_named() {
    for (fault, expected) in [
        (
            Fault::Refuses(401),
            "bad  token endpoint: ISSUER/token answered \"invalid_client\": client_id or client_secret is wrong",
        ),
        (Fault::Redirects, "bad  token endpoint: ISSUER/token: token answer: the status is 307"),
        (
            Fault::LeadsElsewhere(1),
            "bad  token endpoint: http://127.0.0.1:1/token: 127.0.0.1:1 is neither the issuer's host",
        ),
        (
            Fault::Metadata("issuer", json!("https://id.example.com")),
            "bad  discovery: discovery document: `issuer` is \"https://id.example.com\", expected \"ISSUER\"",
        ),
        (
            Fault::Metadata("jwks_uri", json!("https://10.0.0.1/keys")),
            "bad  keys: keys (https://10.0.0.1/keys): 10.0.0.1:443 is neither the issuer's host nor a public name",
        ),
    ] {
        let provider = Provider::start().await;
        provider.fail(fault.clone());

        let (is_well, report) = examine(&provider.settings(), "fake").await;

        let expected = expected.replace("ISSUER", &provider.issuer());
        assert!(!is_well && report.contains(&expected), "{expected}\n{report}");
    }
    let (is_well, report) = examine("public_url = \"https://a.example.com\"", "fake").await;
    assert!(
        !is_well && report.contains("there is no `providers.fake` in the configuration"),
        "{report}"
    );
}

/// Providers without a discovery document are tried as far as they can be.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_without_discovery_is_tried_too() {
    let provider = Provider::start().await;
    let settings = provider.settings_of("github", "kind = \"github\"\nstand_in = \"ISSUER\"");
    let settings = format!("public_url = \"https://accounts.example.com\"\n{settings}");

    let (is_well, report) = examine(&settings, "github").await;

    assert!(is_well, "{report}");
    assert!(report.contains("ok   discovery: not needed"), "{report}");
    assert!(report.contains("/login/oauth/access_token answered \"invalid_grant\""), "{report}");
}
