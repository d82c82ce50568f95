//! No span has secrets, addresses, numbers, names, or values of statements.

use accountd::outbox::worker;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::collector::Collector;
use super::{ADA, PASSWORD};
use crate::support::{Browser, FakeServer, Provider, ProviderUser, TestApp, none};

const PHONE: &str = "+12065550100";
const BOB: &str = "bob@example.net";
const NAME: &str = "Ada Augusta King";
const AGENT: &str = "Analytical/1843";

/// OT-5: whatever users send or get, a collector doesn't see it.
#[tokio::test]
async fn no_user_data_is_exported() {
    let (collector, provider) = (Collector::start().await, Provider::start().await);
    let (mail, sms) = (FakeServer::smtp().await, FakeServer::http().await);
    let settings = format!(
        "{}mail.url = 'smtp://127.0.0.1:{}'\nmail.from = 'accounts@example.com'\nsms.url = 'http://127.0.0.1:{}/sms'\n\
         otlp.headers = 'x-token=collector-token'\n{}",
        collector.settings(),
        mail.port,
        sms.port,
        provider.settings()
    );
    let app = TestApp::with(&settings).await;
    let guest = || app.guest_at("203.0.113.77".parse().unwrap()).with("user-agent", AGENT);
    let mut secrets: Vec<String> = [
        ADA,
        PHONE,
        &PHONE[1..],
        PASSWORD,
        NAME,
        BOB,
        AGENT,
        "203.0.113.77",
        "collector-token",
        "ak_server",
        "another good password",
        "oauth-state-0123456789",
        "oauth-code-0123456789",
        "s3cret-preference",
    ]
    .map(str::to_owned)
    .into();

    let new = json!({"userId": "ada-1815", "email": ADA, "password": PASSWORD, "name": NAME});
    guest().run("accountCreate", new).await.data();
    let sign_in = json!({"email": ADA, "password": PASSWORD});
    let session = guest().run("accountCreateEmailPasswordSession", sign_in).await;
    let secret = session.field()["secret"].as_str().unwrap().to_owned();
    let ada = guest().with_session(&secret);
    let jwt = ada.jwt().await;
    guest().with_jwt(&jwt).run("accountGet", none()).await.data();
    let cookie = format!("a_session_default={secret}");
    guest().with("cookie", &cookie).run("accountGet", none()).await.data();
    let phone = json!({"phone": PHONE, "password": PASSWORD});
    ada.run("accountUpdatePhone", phone).await.data();
    let prefs = json!({"prefs": {"theme": "s3cret-preference"}});
    ada.run("accountUpdatePrefs", prefs).await.data();
    let page = "http://localhost:3000/";
    guest().run("accountCreateRecovery", json!({"email": ADA, "url": page})).await.data();
    let wrong = json!({"userId": "ada-1815", "secret": "wrong-secret-0123456789", "password": "another good password"});
    guest().run("accountUpdateRecovery", wrong).await.error();
    // A document with its values inside, and one under a user's name for a key.
    let inline = format!(
        "mutation {{ accountCreateRecovery(email: \"{BOB}\", url: \"{page}\") {{ _id }} }}"
    );
    guest().query(&inline).await;
    let taken = json!({"userId": "bob-1815", "email": ADA, "password": PASSWORD});
    guest().run("accountCreate", taken).await.error();
    app.server().run("usersList", none()).await;
    app.server().run("usersList", json!({"search": NAME})).await;
    provider.be(ProviderUser::new("subject-1", BOB, true));
    let end = Browser::new(guest()).sign_in(&provider, "fake").await;
    secrets.extend([secret, jwt, "subject-1".to_owned(), "wrong-secret-0123456789".to_owned()]);
    secrets.extend(end.query().map(str::to_owned).filter(|query| !query.is_empty()));
    for path in [
        format!("/v1/account/sessions/{ADA}"),
        format!("/v1/nothing/{PHONE}"),
        format!("/v1/account?secret={}", secrets[0]),
        "/v1/account/sessions/oauth2/callback/google/default?state=oauth-state-0123456789&code=oauth-code-0123456789"
            .to_owned(),
    ] {
        guest().request(Request::get(path).body(Body::empty()).unwrap()).await;
    }
    worker::deliver_due(&app.app).await.unwrap();

    let spans = collector.drain(&app).await;
    assert!(spans.len() > 60, "{}", spans.len());
    assert!(!mail.received().is_empty());
    let bytes = collector.bytes();
    // What the server itself says is there to be found.
    for word in ["UPDATE messages", "127.0.0.1", "accountCreateRecovery", "$1", "?"] {
        let is_there = bytes.windows(word.len()).any(|part| part == word.as_bytes());
        let is_of_another = word == if app.app.db.is_shared() { "?" } else { "$1" };
        assert!(is_there || is_of_another, "{word}");
    }
    secrets.extend([ADA.replace('@', "%40"), "Augusta".to_owned()]);
    for secret in secrets {
        let found = bytes.windows(secret.len()).position(|part| part == secret.as_bytes());
        let near =
            found.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(200)..at + 100]));
        assert!(near.is_none(), "{secret} is in {near:?}");
    }
}
