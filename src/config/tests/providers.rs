//! Which settings of OAuth providers will do, and in which words the others are refused.

use super::*;

#[test]
fn a_provider_is_complete_and_safe() {
    let problems = problems_of(
        "
        [providers]
        email.kind = 'google'
        corp = { kind = 'oidc', issuer = 'http://accounts.example.com', client_id = 'a', client_secret = 'b' }
        apple = { kind = 'apple', client_id = 'a', key_id = 'b', private_key = 'c', stand_in = 'http://example.com' }
        good = { kind = 'apple', client_id = 'a', key_id = 'b', private_key = 'c', team_id = 'd' }
        ",
    );

    insta::assert_snapshot!(problems, @r#"
    providers.apple: client_secret is missing
    providers.apple: stand_in: not on this machine
    providers.corp: issuer: not https with a host (or http with a loopback host)
    providers.email: an id has a-z, 0-9, "-" and "_", and is none of anonymous, email, magic-url, phone, token
    providers.email: client_id is missing
    providers.email: client_secret is missing
    "#);
    // The server makes a public_url of its port.
    let good = "providers.a = { kind = 'google', client_id = 'a', client_secret = 'b' }";
    let dev = Config::load(Some(file(good).path()), [], Mode::Dev).unwrap();
    assert_eq!(dev.check(), Ok(()));
}

/// C-25: spaces and line breaks around a secret are none of it, wherever it stands; within one they are refused.
#[test]
fn line_breaks_around_secrets_do_not_count() {
    let config = config_with(
        "
        metrics.token = \"0123456789abcdef\\n\"
        [providers.corp]
        kind = 'oidc'
        issuer = \"https://id.example.com\\n\"
        client_id = \"\\tclient \"
        client_secret = \"secret\\r\\n\"
        ",
    );
    assert_eq!(config.check(), Ok(()));
    let corp = &config.providers.0["corp"];
    assert_eq!(
        (corp.client_id.as_str(), corp.issuer.as_str()),
        ("client", "https://id.example.com")
    );
    assert_eq!(corp.client_secret.as_ref().unwrap().expose(), "secret");
    assert_eq!(config.metrics.token.unwrap().expose(), "0123456789abcdef");

    let environment = variables(&[
        ("ACCOUNTD_LISTEN", "127.0.0.1:0\n"),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com\n"),
        ("ACCOUNTD_MAIL__URL", "smtps://user:password@mail.example.com\r\n"),
        ("ACCOUNTD_MAIL__FROM", "accounts@example.com\n"),
        ("ACCOUNTD_REDIS__URL", "redis://127.0.0.1:6379\n"),
        ("ACCOUNTD_MASTER_SECRET", &format!("{SECRET}\n")),
        ("ACCOUNTD_PROVIDERS__CORP__KIND", "github\n"),
        ("ACCOUNTD_PROVIDERS__CORP__CLIENT_ID", "client\n"),
        ("ACCOUNTD_PROVIDERS__CORP__CLIENT_SECRET", "secret\n"),
    ]);
    let config = Config::load(None, environment, Mode::Serve).unwrap();
    assert_eq!(config.check(), Ok(()));
    assert_eq!(config.read_master_secret().unwrap().expose(), SECRET);
    assert_eq!(
        config.mail.url.unwrap().expose().as_str(),
        "smtps://user:password@mail.example.com"
    );
    assert_eq!(config.providers.0["corp"].client_secret.as_ref().unwrap().expose(), "secret");
}

/// C-25, C-26: what a provider could not make sense of is refused with its reason.
#[test]
fn odd_settings_of_providers_are_refused() {
    let problems = problems_of(
        "
        metrics.token = \"0123456789\\nabcdef\"
        [providers.corp]
        kind = 'github'
        client_id = \"cli\\nent\"
        client_secret = \"se\\ncret\"
        authorization_params = { state = 'x', prompt = 'login', redirect_uri = 'https://evil.test' }
        ",
    );

    insta::assert_snapshot!(problems, @r"
    metrics.token: has a line break or another control character inside
    providers.corp: client_secret: has a line break or another control character inside
    providers.corp: client_id, team_id, key_id: one has a control character inside
    providers.corp.authorization_params: the server sets `redirect_uri` itself
    providers.corp.authorization_params: the server sets `state` itself
    ");
}
