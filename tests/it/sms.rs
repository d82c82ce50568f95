//! Text messages on their way to a webhook or to Twilio, and what they may cost.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use accountd::outbox::worker;
use entity::message;
use entity::message::State;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::support::{Behaviour, FakeServer, TestApp, check_within, rounds};

const PHONE: &str = "+12065550100";

async fn messages(app: &TestApp) -> Vec<message::Model> {
    let messages = message::Entity::find().order_by_asc(message::Column::Id);
    messages.all(app.app.db.read()).await.unwrap()
}

async fn deliver(app: &TestApp) {
    worker::deliver_due(&app.app).await.unwrap();
}

async fn send_code(app: &TestApp, phone: &str) -> String {
    let variables = json!({"userId": "unique()", "phone": phone});
    app.guest().run("accountCreatePhoneSession", variables).await.error()
}

/// A webhook is called in the form of Standard Webhooks, and signed.
#[tokio::test]
async fn a_webhook_is_signed() {
    let fake_server = FakeServer::http().await;
    let app =
        TestApp::with(&format!("sms.url = \"http://127.0.0.1:{}/sms\"", fake_server.port)).await;
    assert_eq!(send_code(&app, PHONE).await, "ok");

    deliver(&app).await;

    let call = fake_server.received().pop().unwrap();
    let (head, body) = call.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    let json: Value = serde_json::from_str(body).unwrap();
    assert!(head.starts_with("POST /sms HTTP/1.1"));
    assert_eq!(
        (&json["type"], &json["to"], &json["project"]),
        (&json!("sms"), &json!(PHONE), &json!("default"))
    );
    let secret = accountd::message::webhook_secret(&app.keys());
    let key = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        secret.strip_prefix("whsec_").unwrap(),
    );
    let signed = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key.unwrap()).unwrap();
    mac.update(signed.as_bytes());
    let signature = header("webhook-signature").strip_prefix("v1,").unwrap().to_owned();
    let signature = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, signature);
    assert!(mac.verify_slice(&signature.unwrap()).is_ok());
}

/// Twilio is called by its own form, with the account's credentials.
#[tokio::test]
async fn twilio_is_called() {
    let fake_server = FakeServer::http().await;
    let url =
        format!("twilio://AC123:tok%2Fen@+15005550006?api=http://127.0.0.1:{}/", fake_server.port);
    let app = TestApp::with(&format!("sms.url = \"{url}\"")).await;
    assert_eq!(send_code(&app, PHONE).await, "ok");

    deliver(&app).await;

    let call = fake_server.received().pop().unwrap();
    assert!(call.starts_with("POST /2010-04-01/Accounts/AC123/Messages.json HTTP/1.1"), "{call}");
    // AC123:tok/en
    assert!(call.contains("Basic QUMxMjM6dG9rL2Vu"), "{call}");
    assert!(call.contains("To=%2B12065550100&From=%2B15005550006&Body="), "{call}");
}

async fn with_provider(fake_server: &FakeServer) -> TestApp {
    let port = fake_server.port;
    TestApp::with(&format!("limits.rates = false\nsms.url = \"http://127.0.0.1:{port}/sms\"")).await
}

/// NW-7: a provider that redirects is not followed, one that refuses is tried again or not.
#[tokio::test]
async fn providers_are_not_followed() {
    let fake_server = FakeServer::http().await;
    let app = with_provider(&fake_server).await;
    for (status, state) in
        [(302, State::Queued), (400, State::Failed), (401, State::Queued), (503, State::Queued)]
    {
        fake_server.be(Behaviour::Refuses(status));
        assert_eq!(send_code(&app, PHONE).await, "ok");
        deliver(&app).await;
        let message = messages(&app).await.pop().unwrap();
        assert_eq!(message.state, state, "{status}");
        assert!(message.error.contains(&status.to_string()), "{}", message.error);
    }
    assert!(fake_server.received().iter().all(|call| !call.contains("/elsewhere")));
}

/// NW-7: a provider that hangs is left after ten seconds.
#[tokio::test]
async fn providers_are_not_waited_for() {
    let fake_server = FakeServer::http().await;
    let app = with_provider(&fake_server).await;
    fake_server.be(Behaviour::Hangs);
    assert_eq!(send_code(&app, PHONE).await, "ok");
    let start = Instant::now();
    deliver(&app).await;
    check_within(Duration::from_secs(12), start);
    // It may have sent the message: one more try, and no more.
    for state in [State::Queued, State::Failed] {
        assert_eq!(messages(&app).await.pop().unwrap().state, state);
        app.advance(Duration::from_secs(50));
        deliver(&app).await;
    }
    assert_eq!(messages(&app).await.pop().unwrap().attempts.get(), 2);
}

/// NW-7: a provider whose certificate nobody vouches for gets nothing.
#[tokio::test]
async fn a_self_signed_provider_is_refused() {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(signed.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.into()], key)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut tls = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut heard = String::new();
        let _ = rustls::Stream::new(&mut tls, &mut stream).read_to_string(&mut heard);
        heard
    });
    let app = TestApp::with(&format!("sms.url = \"https://localhost:{port}/sms\"")).await;
    assert_eq!(send_code(&app, PHONE).await, "ok");

    deliver(&app).await;

    let message = messages(&app).await.pop().unwrap();
    assert_eq!(message.state, State::Queued);
    assert!(message.error.contains("certificate"), "{}", message.error);
    assert_eq!(server.join().unwrap(), "");
}

/// RL-16: ten messages an hour to a number, a hundred a day to a country, a thousand in all.
#[tokio::test]
async fn text_messages_are_capped() {
    const LIMITED: &str = "general_rate_limit_exceeded 429";
    let app =
        TestApp::with("sms = { seconds_between = 30, per_country_daily = 12, daily = 20 }").await;
    let count = async |numbers: std::ops::Range<u32>, prefix: &str| {
        let mut sent = 0;
        for n in numbers {
            match send_code(&app, &format!("{prefix}{n:04}")).await.as_str() {
                "ok" => sent += 1,
                error => assert_eq!(error, LIMITED),
            }
        }
        sent
    };

    assert_eq!(count(100..130, "+1206555").await, 12);
    assert_eq!(count(1_000..1_030, "+49301234").await, 8);
    assert_eq!(count(100..110, "+3314234").await, 0);
    let sent = messages(&app).await;
    assert_eq!(sent.len(), 20);
    app.advance(Duration::from_hours(24));
    assert_eq!(send_code(&app, PHONE).await, "ok");
}

/// RL-16: of 150 numbers of one country, each asked for from another address (2,000 in the slow job), a hundred get a
/// message.
#[tokio::test]
async fn a_country_gets_a_hundred_messages_a_day() {
    let app = TestApp::new().await;
    let mut sent = 0;
    for n in 0..rounds(150, 2_000) {
        sent += usize::from(send_code(&app, &format!("+49301234{n:04}")).await == "ok");
    }

    assert_eq!((sent, messages(&app).await.len()), (100, 100));
}

/// RL-16: messages go to the listed countries only.
#[tokio::test]
async fn countries_may_be_listed() {
    let app = TestApp::with("sms.countries = [49]").await;

    assert_eq!(send_code(&app, PHONE).await, "general_argument_invalid 400");
    assert_eq!(send_code(&app, "+493012345678").await, "ok");
}
