//! How events are sent.

use std::time::Duration;

use accountd::crypto::keys::Keys;
use accountd::message::event_secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::ProjectId;
use entity::message::State;
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{ADA, Call, Hooked};
use crate::support::{Behaviour, TestApp};

/// Whether a call has the signature of the secret, as Standard Webhooks describes it.
fn is_signed(call: &Call, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed =
        [call.header("webhook-id"), call.header("webhook-timestamp"), &call.body].join(".");
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(signed.as_bytes());
    let signature = call.header("webhook-signature").strip_prefix("v1,").unwrap();
    mac.verify_slice(&STANDARD.decode(signature).unwrap()).is_ok()
}

/// Events are posted as JSON and signed; each webhook of each project has a secret of its own.
#[tokio::test]
async fn events_are_signed() {
    let hooked = Hooked::new(&["users.*.create"]).await;
    hooked.sign_up(ADA).await;

    let calls = hooked.delivered().await;

    let (keys, call) = (hooked.app.keys(), &calls[0]);
    let secret = |project: &str, id: &str| event_secret(&keys, &ProjectId::new(project), id);
    assert!(call.head.starts_with("POST /hook HTTP/1.1"), "{}", call.head);
    assert_eq!(call.header("content-type"), "application/json");
    let now = hooked.app.app.clock.now();
    assert_eq!(call.header("webhook-timestamp"), now.seconds().to_string());
    assert!(is_signed(call, &secret("p", "crm")));
    let other_keys = Keys::new(&[7; 32]);
    for other in [
        secret("p", "other"),
        secret("default", "crm"),
        accountd::message::webhook_secret(&keys),
        event_secret(&other_keys, &ProjectId::new("p"), "crm"),
    ] {
        assert!(!is_signed(call, &other));
    }
}

/// An event that the webhook doesn't accept is sent again, under the same id and with the same body, for a day; a redirect isn't
/// followed.
#[tokio::test]
async fn a_refused_event_is_sent_again() {
    let hooked = Hooked::new(&["users.*.create"]).await;
    hooked.sign_up(ADA).await;
    let mut pauses = Vec::new();
    for status in [500, 400, 302, 429, 404, 503, 422, 401, 500, 500, 500, 500] {
        hooked.receiver.be(Behaviour::Refuses(status));
        hooked.deliver().await;
        let row = hooked.rows().await.remove(0);
        assert_eq!(row.state, State::Queued, "{status}");
        assert!(row.error.contains(&status.to_string()), "{}", row.error);
        let pause = row.due_at.since(hooked.app.app.clock.now());
        pauses.push(pause);
        hooked.app.advance(pause);
    }
    hooked.receiver.be(Behaviour::Takes);

    let calls = hooked.delivered().await;

    let row = hooked.rows().await.remove(0);
    assert_eq!((row.state, row.attempts.get(), row.error.as_str()), (State::Delivered, 13, ""));
    assert_eq!(calls.len(), 13);
    for call in &calls {
        assert!(call.head.starts_with("POST /hook "), "{}", call.head);
        assert_eq!(call.header("webhook-id"), row.id.as_str());
        assert_eq!(call.body, calls[0].body);
        assert!(is_signed(call, &event_secret(&hooked.app.keys(), &ProjectId::new("p"), "crm")));
    }
    assert!(pauses[0] < Duration::from_secs(7), "{pauses:?}");
    assert!(pauses[11] >= Duration::from_mins(45), "{pauses:?}");
    assert!(pauses[11] <= Duration::from_mins(75), "{pauses:?}");
}

/// An event that nobody takes for a day is given up, as is one that the webhook answers with 410.
#[tokio::test]
async fn an_event_is_given_up() {
    let hooked = Hooked::new(&["users.*.create"]).await;
    hooked.sign_up(ADA).await;
    hooked.receiver.be(Behaviour::Refuses(410));
    hooked.deliver().await;
    hooked.receiver.be(Behaviour::Refuses(500));
    hooked.sign_up("bob@example.com").await;
    hooked.deliver().await;
    hooked.app.advance(Duration::from_hours(24));
    hooked.deliver().await;

    let rows = hooked.rows().await;

    assert_eq!((rows[0].state, rows[0].attempts.get()), (State::Failed, 1));
    assert!(rows[0].error.contains("410"), "{}", rows[0].error);
    assert_eq!(rows[1].state, State::Expired);
    assert_eq!(hooked.receiver.received().len(), 2);
}

/// An event of a server that died after the commit is sent by the next one.
#[tokio::test]
async fn an_event_outlives_its_server() {
    let hooked = Hooked::new(&["users.*.create"]).await;
    hooked.sign_up(ADA).await;

    let hooked = Hooked { app: hooked.app.restarted().await, ..hooked };

    assert_eq!(hooked.types().await, ["users.*.create"]);
}

/// Attempts are counted by channel.
#[tokio::test]
async fn attempts_are_counted() {
    let hooked = Hooked::new(&["users.*.create"]).await;
    hooked.sign_up(ADA).await;
    hooked.receiver.be(Behaviour::Refuses(500));
    hooked.deliver().await;
    hooked.app.advance(Duration::from_secs(10));
    hooked.receiver.be(Behaviour::Takes);
    hooked.deliver().await;

    let metrics = hooked.app.guest().rest("GET", "/metrics", Value::Null).await.text;

    for outcome in ["queued", "delivered"] {
        let line =
            format!("accountd_messages_total{{channel=\"webhook\",outcome=\"{outcome}\"}} 1\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

/// Without a webhook nothing is stored.
#[tokio::test]
async fn there_are_no_events_without_a_webhook() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();

    let stored = entity::message::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(stored.len(), 0);
}
