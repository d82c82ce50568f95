//! Traces that go on in other servers.

use accountd::outbox::worker;

use super::collector::{CLIENT, CONSUMER, Collector, SERVER};
use super::{ADA, only};
use crate::support::{Behaviour, Browser, FakeServer, Provider, TestApp};

/// The trace and the span of a `traceparent` of a recorded trace.
fn parts(traceparent: &str) -> (&str, &str) {
    let mut parts = traceparent.split('-');
    assert_eq!(parts.next(), Some("00"));
    let (trace, span) = (parts.next().unwrap(), parts.next().unwrap());
    assert_eq!((parts.next(), parts.next()), (Some("01"), None));
    (trace, span)
}

/// Each attempt at a message is a trace, which a webhook may continue.
#[tokio::test]
async fn a_webhook_receives_the_trace() {
    let (collector, receiver) = (Collector::start().await, FakeServer::http().await);
    let app = TestApp::with(&format!(
        "{}[[projects]]\nid = 'p'\nplatforms = ['app.example.com']\n\
         webhooks = [{{ id = 'crm', url = 'http://127.0.0.1:{}/hook', events = ['users.*.create'] }}]\n",
        collector.settings(),
        receiver.port
    ))
    .await;
    let guest = app.guest().with("x-appwrite-project", "p");
    let variables =
        serde_json::json!({"userId": "unique()", "email": ADA, "password": super::PASSWORD});
    guest.run("accountCreate", variables).await.data();
    collector.drain(&app).await;

    receiver.be(Behaviour::Refuses(500));
    worker::deliver_due(&app.app).await.unwrap();

    let call = receiver.received().pop().unwrap();
    let header = call.lines().find_map(|line| line.strip_prefix("traceparent: ")).unwrap();
    let (trace, span) = parts(header);
    let spans = collector.drain(&app).await;
    let attempt = only(&spans, CONSUMER);
    assert_eq!((attempt.name.as_str(), attempt.trace.as_str()), ("send webhook", trace));
    assert_eq!(attempt.attributes["accountd.message.state"], "queued");
    assert!(attempt.has_failed);
    let sent = spans.iter().find(|it| it.id == span).unwrap();
    assert_eq!((sent.kind, sent.name.as_str(), &sent.parent), (CLIENT, "POST", &attempt.id));
    assert_eq!(sent.attributes["server.address"], "127.0.0.1");
    assert_eq!(sent.attributes["server.port"], receiver.port.to_string());
    assert_eq!(sent.attributes["http.response.status_code"], "500");
    assert!(sent.has_failed);
    // The result is stored in the same trace.
    assert!(spans.iter().any(|it| it.name == "UPDATE messages" && it.trace == trace));
}

/// A provider is called within the trace of the sign-in.
#[tokio::test]
async fn a_provider_receives_the_trace() {
    let (collector, provider) = (Collector::start().await, Provider::start().await);
    let settings = format!("{}{}", collector.settings(), provider.settings());
    let app = TestApp::with(&settings).await;

    Browser::new(app.guest()).sign_in(&provider, "fake").await;

    let header = provider.traceparents().pop().unwrap();
    let (trace, span) = parts(&header);
    let spans = collector.drain(&app).await;
    let request = spans.iter().find(|it| it.kind == SERVER && it.trace == trace).unwrap();
    assert!(request.name.starts_with("GET /v1/account/sessions/oauth2/callback/"), "{request:?}");
    let call = spans.iter().find(|it| it.id == span).unwrap();
    assert_eq!((call.kind, call.trace.as_str()), (CLIENT, trace));
    assert_eq!(call.attributes["http.response.status_code"], "200");
    assert!(!call.attributes.contains_key("url.full"));
}

/// A mail and a text message are calls, too.
#[tokio::test]
async fn mails_and_text_messages_are_calls() {
    let (collector, mail) = (Collector::start().await, FakeServer::smtp().await);
    let sms = FakeServer::http().await;
    let app = TestApp::with(&format!(
        "{}mail.url = 'smtp://127.0.0.1:{}'\nmail.from = 'accounts@example.com'\nsms.url = 'http://127.0.0.1:{}/sms'\n",
        collector.settings(),
        mail.port,
        sms.port
    ))
    .await;
    app.sign_up(ADA).await;
    let recovery = serde_json::json!({"email": ADA, "url": "https://app.example.com/"});
    app.guest().run("accountCreateRecovery", recovery).await.data();
    let phone = serde_json::json!({"userId": "unique()", "phone": "+12065550100"});
    app.guest().run("accountCreatePhoneToken", phone).await.data();
    collector.drain(&app).await;

    worker::deliver_due(&app.app).await.unwrap();

    let spans = collector.drain(&app).await;
    for (name, port) in [("SMTP", mail.port), ("POST", sms.port)] {
        let call = spans.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("{spans:#?}"));
        assert_eq!(call.attributes["server.port"], port.to_string());
        assert!(!call.has_failed, "{call:?}");
    }
    for name in ["send mail", "send sms"] {
        assert!(spans.iter().any(|it| it.name == name && !it.has_failed), "{spans:#?}");
    }
}
