//! Webhooks that are gone: what they cost others.

use std::time::Duration;

use accountd::message::{Event, EventActor};
use accountd::outbox::worker;
use entity::ProjectId;
use entity::message::State;
use serde_json::json;
use tokio::time::sleep;

use super::{ADA, Hooked, settings};
use crate::support::{Behaviour, FakeServer, TestApp};

async fn until(is_done: impl Fn() -> bool) {
    for _ in 0..4_000 {
        if is_done() {
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("it isn't done after twenty seconds");
}

/// A webhook that hangs delays neither mails nor SMS nor other webhooks.
#[tokio::test]
async fn a_webhook_that_hangs_delays_nobody() {
    let (dead, mails, calls) =
        (FakeServer::http().await, FakeServer::smtp().await, FakeServer::http().await);
    let mail = format!("smtp://127.0.0.1:{}", mails.port);
    let port = calls.port;
    let settings = format!(
        "limits.rates = false\n\
         mail = {{ url = \"{mail}\", from = \"accounts@example.com\" }}\n\
         sms.url = \"http://127.0.0.1:{port}/sms\"\n{}\
         [[projects]]\nid = \"q\"\n\
         webhooks = [{{ id = \"crm\", url = \"http://127.0.0.1:{port}/q\", events = [\"users\"] }}]\n",
        settings(&dead, &["users"])
    );
    let hooked = Hooked { app: TestApp::with(&settings).await, receiver: dead.clone() };
    dead.be(Behaviour::Hangs);
    for n in 0..10 {
        hooked.sign_up(&format!("ada{n}@example.com")).await;
    }
    let running = tokio::spawn(worker::run(hooked.app.app.clone()));
    until(|| dead.held() == 8).await;

    let guest = hooked.app.guest();
    let email = json!({"userId": "unique()", "email": ADA});
    guest.run("accountCreateEmailToken", email).await.data();
    let phone = json!({"userId": "unique()", "phone": "+12065550100"});
    guest.run("accountCreatePhoneToken", phone).await.data();
    let other = hooked.app.guest().with("x-appwrite-project", "q");
    other.run("accountCreateAnonymousSession", json!({})).await.data();
    until(|| mails.received().len() == 1 && calls.received().len() == 3).await;

    assert!(dead.received().is_empty());
    running.abort();
}

/// No more than so many events wait for one webhook; other webhooks don't count.
#[tokio::test]
async fn waiting_events_are_bounded() {
    let hooked = Hooked::new(&["users"]).await;
    let app = &hooked.app.app;
    let project = ProjectId::new("p");
    let insert = async |webhook: &'static str, limit: u64| {
        let now = app.clock.now();
        let event =
            Event::new((&project, webhook), "test", now, EventActor::SYSTEM, &json!({})).unwrap();
        let row = app.messages.compose_event(event, now, &app.random).unwrap();
        row.insert_below(limit, app.db.writer()).await.unwrap()
    };

    for (webhook, limit, is_stored) in [
        ("crm", 0, false),
        ("crm", 2, true),
        ("crm", 2, true),
        ("crm", 2, false),
        ("other", 2, true),
        ("crm", 3, true),
    ] {
        assert_eq!(insert(webhook, limit).await, is_stored, "{webhook} {limit}");
    }
    hooked.deliver().await;

    // Those that were delivered don't wait any more. There is no webhook `other`.
    assert!(insert("crm", 1).await);
    let states: Vec<_> = hooked.rows().await.into_iter().map(|row| row.state).collect();
    assert_eq!(states.iter().filter(|state| **state == State::Failed).count(), 1);
    assert_eq!(states.len(), 5);
}

/// Events of a webhook that is no longer configured expire, and those that are done are deleted after an hour.
#[tokio::test]
async fn old_events_are_deleted() {
    let hooked = Hooked::new(&["users.*.create"]).await;
    hooked.sign_up(ADA).await;
    hooked.deliver().await;
    hooked.sign_up("bob@example.com").await;
    let purge = async |span: Duration| {
        hooked.app.advance(span);
        worker::purge(&hooked.app.app, hooked.app.app.clock.now()).await.unwrap();
        let rows = hooked.rows().await;
        rows.iter().map(|row| (row.state, row.sealed.is_empty())).collect::<Vec<_>>()
    };

    let hour = Duration::from_hours(1);
    assert_eq!(purge(hour - Duration::from_secs(1)).await.len(), 2);
    assert_eq!(purge(hour).await, [(State::Queued, false)]);
    assert_eq!(purge(23 * hour).await, [(State::Expired, true)]);
}
