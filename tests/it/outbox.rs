//! Messages on their way: from the transaction that writes them to the provider that takes them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use accountd::outbox::worker;
use entity::message;
use entity::message::State;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::json;

use crate::support::{Behaviour, FakeServer, PASSWORD, TestApp, none};

mod certificates;
mod senders;
mod wire;

const ADA: &str = "ada@example.com";
const URL: &str = "https://app.example.com/";

/// The settings of a server whose mails go to `fake_server`.
fn settings(fake_server: &FakeServer) -> String {
    format!(
        "limits.rates = false\nmail = {{ url = \"smtp://127.0.0.1:{}\", from = \"accounts@example.com\" }}",
        fake_server.port
    )
}

/// A server whose mails go to `fake_server`.
async fn with_smtp(fake_server: &FakeServer) -> TestApp {
    TestApp::with(&settings(fake_server)).await
}

async fn recover(app: &TestApp) {
    let variables = json!({"email": ADA, "url": URL});
    app.guest().run("accountCreateRecovery", variables).await.data();
}

async fn messages(app: &TestApp) -> Vec<message::Model> {
    let messages = message::Entity::find().order_by_asc(message::Column::Id);
    messages.all(app.app.db.read()).await.unwrap()
}

async fn deliver(app: &TestApp) {
    worker::deliver_due(&app.app).await.unwrap();
}

/// What follows `name=` in the link of a mail as it went over the wire.
fn parameter(mail: &str, name: &str) -> String {
    let text = mail.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = text.split_once(&format!("{name}=")).unwrap();
    rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned()
}

/// NW-6: a server that is down, full or silent for an hour loses nothing and delays nobody.
#[tokio::test]
async fn a_refusing_server_is_tried_again() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    fake_server.be(Behaviour::Refuses(451));
    let start = Instant::now();
    recover(&app).await;
    assert!(start.elapsed() < Duration::from_secs(5));

    let mut pauses = Vec::new();
    for _ in 0..12 {
        deliver(&app).await;
        let waiting = messages(&app).await.pop().unwrap();
        assert_eq!(waiting.state, State::Queued);
        assert!(waiting.error.contains("451"), "{}", waiting.error);
        let pause = waiting.due_at.since(app.app.clock.now());
        pauses.push(pause);
        app.advance(pause);
        if app.app.clock.now() > crate::support::START + Duration::from_mins(30) {
            break;
        }
    }
    assert!(
        pauses[0] < Duration::from_secs(7) && pauses[4] > Duration::from_secs(50),
        "{pauses:?}"
    );
    fake_server.be(Behaviour::Takes);
    deliver(&app).await;

    assert_eq!(fake_server.received().len(), 1);
    assert_eq!(messages(&app).await.pop().unwrap().state, State::Delivered);
}

/// NW-6: what nobody needs any more is not sent.
#[tokio::test]
async fn an_expired_message_is_dropped() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    recover(&app).await;
    app.advance(Duration::from_hours(1));

    deliver(&app).await;

    assert_eq!(fake_server.received().len(), 0);
    assert_eq!(messages(&app).await.pop().unwrap().state, State::Expired);
}

#[tokio::test]
async fn a_refused_recipient_is_final() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    fake_server.be(Behaviour::Refuses(550));
    recover(&app).await;

    deliver(&app).await;

    let refused = messages(&app).await.pop().unwrap();
    assert_eq!((refused.state, refused.attempts.get()), (State::Failed, 1));
    assert!(refused.error.contains("550"), "{}", refused.error);
}

/// NW-6: a message that a dying worker had in hand is sent by the next one.
#[tokio::test]
async fn a_message_in_the_hand_of_a_dead_worker_is_sent() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    recover(&app).await;
    fake_server.be(Behaviour::Hangs);
    let dying = app.app.clone();
    let dying = tokio::spawn(async move { worker::deliver_due(&dying).await });
    while fake_server.held() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    dying.abort();
    let _ = dying.await;
    fake_server.be(Behaviour::Takes);

    deliver(&app).await;
    assert_eq!(fake_server.received().len(), 0, "it is still leased");
    app.advance(Duration::from_mins(1));
    deliver(&app).await;

    let sent = messages(&app).await.pop().unwrap();
    assert_eq!(sent.error, "");
    assert_eq!(fake_server.received().len(), 1);
}

/// NW-6: of several workers on one outbox each message is sent by one.
#[tokio::test(flavor = "multi_thread")]
async fn several_workers_send_each_message_once() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    for _ in 0..40 {
        recover(&app).await;
    }

    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let app = app.app.clone();
        workers.spawn(async move { worker::deliver_due(&app).await.unwrap() });
    }
    workers.join_all().await;

    let mut ids: Vec<_> = fake_server
        .received()
        .iter()
        .map(|mail| mail.split("Message-ID: ").nth(1).unwrap()[..30].to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!((fake_server.received().len(), ids.len()), (40, 40));
}

/// A change that fails sends nothing.
#[tokio::test]
async fn a_failed_change_sends_nothing() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    app.sign_up("bob@example.com").await;

    let variables = json!({"email": "bob@example.com", "password": PASSWORD});
    assert_eq!(ada.run("accountUpdateEmail", variables).await.error(), "general_bad_request 400");

    assert_eq!(app.count_messages(ADA).await, 0);
}

/// OT-5: what waits in the outbox can't be read there.
#[tokio::test]
async fn contents_are_encrypted() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    recover(&app).await;
    let secret = app.newest(ADA).await["secret"].as_str().unwrap().to_owned();

    let row = messages(&app).await.pop().unwrap();

    assert!(!format!("{row:?}").contains(&secret));
}

/// An address gets ten alerts of a kind in an hour, so that nobody is pestered; they don't hold up another kind.
#[tokio::test]
async fn alerts_are_limited() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let mut old = PASSWORD.to_owned();
    for n in 0..12 {
        let new = format!("password number {n}");
        let variables = json!({"password": new, "oldPassword": old});
        ada.run("accountUpdatePassword", variables).await.data();
        old = new;
    }

    let email = json!({"email": "new@example.com", "password": old});
    ada.run("accountUpdateEmail", email).await.data();

    deliver(&app).await;

    let states: Vec<_> = messages(&app).await.into_iter().map(|message| message.state).collect();
    assert_eq!(states[..10], [State::Delivered; 10]);
    assert_eq!(states[10..12], [State::Dropped; 2]);
    assert_eq!(states[12..], [State::Delivered]);
}

/// Finished messages are forgotten after a week.
#[tokio::test]
async fn finished_messages_are_forgotten() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    recover(&app).await;
    deliver(&app).await;
    app.advance(Duration::from_hours(7 * 24 - 1));
    worker::purge(&app.app, app.app.clock.now()).await.unwrap();
    assert_eq!(messages(&app).await.len(), 1);

    app.advance(Duration::from_hours(2));
    worker::purge(&app.app, app.app.clock.now()).await.unwrap();

    assert_eq!(messages(&app).await.len(), 0);
}

/// A folder gets a file for each mail; C-51: that nobody but its owner reads.
#[tokio::test]
async fn a_folder_gets_a_file_for_each_mail() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mails");
    let path = folder.display();
    let app = TestApp::with(&format!(
        "mail = {{ url = \"folder:{path}\", from = \"accounts@example.com\" }}"
    ))
    .await;
    app.sign_up(ADA).await;
    recover(&app).await;

    deliver(&app).await;

    let files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&files[0])), (0o700, 0o600));
    assert!(files[0].extension().is_some_and(|end| end == "eml"));
    let mail = std::fs::read_to_string(&files[0]).unwrap();
    let variables = json!({
        "userId": parameter(&mail, "userId"), "secret": parameter(&mail, "secret"),
        "password": "another good password",
    });
    assert_eq!(app.guest().run("accountUpdateRecovery", variables).await.error(), "ok");
}

/// The account's end takes its messages along.
#[tokio::test]
async fn a_deleted_user_leaves_no_message() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    recover(&app).await;

    ada.run("accountDelete", none()).await.data();

    assert_eq!(messages(&app).await.len(), 0);
}

/// NW-6: a mail server that hangs holds up no text messages.
#[tokio::test]
async fn mails_delay_no_text_messages() {
    let (mails, calls) = (FakeServer::smtp().await, FakeServer::http().await);
    let sms = format!("{}\nsms.url = \"http://127.0.0.1:{}/\"", settings(&mails), calls.port);
    let app = TestApp::with(&sms).await;
    mails.be(Behaviour::Hangs);
    let running = tokio::spawn(worker::run(app.app.clone()));
    for n in 0..12 {
        let variables = json!({"userId": "unique()", "email": format!("ada{n}@example.com")});
        app.guest().run("accountCreateEmailToken", variables).await.data();
    }
    while mails.held() < 8 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let started = Instant::now();
    let variables = json!({"userId": "unique()", "phone": "+12065550100"});
    app.guest().run("accountCreatePhoneToken", variables).await.data();
    while calls.received().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.abort();
}
