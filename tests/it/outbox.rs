//! Messages on their way: from the transaction that writes them to the provider that takes them.

use std::time::Duration;
use std::time::Instant;

use accountd::message::worker;
use entity::message;
use entity::message::State;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sea_orm::EntityTrait;
use sea_orm::QueryOrder;
use serde_json::Value;
use serde_json::json;

use crate::support::Mood;
use crate::support::PASSWORD;
use crate::support::Sink;
use crate::support::TestApp;
use crate::support::none;

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const URL: &str = "https://app.example.com/";

/// A server whose mails go to `sink`.
async fn with_smtp(sink: &Sink) -> TestApp {
    let settings = format!(
        "limits.rates = false\nmail = {{ url = \"smtp://127.0.0.1:{}\", from = \"accounts@example.com\" }}",
        sink.port
    );
    TestApp::with(&settings).await
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

/// All that confirms works with what a mail server is given.
#[tokio::test]
async fn a_mail_goes_over_the_wire() {
    let sink = Sink::smtp().await;
    let app = with_smtp(&sink).await;
    let ada = app.user(ADA).await;
    ada.run("accountCreateVerification", json!({"url": URL})).await.data();

    deliver(&app).await;

    let mails = sink.taken();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("MAIL FROM:<accounts@example.com>"), "{}", mails[0]);
    assert!(mails[0].contains("RCPT TO:<ada@example.com>"));
    assert!(mails[0].contains("From: Default <accounts@example.com>\r\n"));
    let variables =
        json!({"userId": parameter(&mails[0], "userId"), "secret": parameter(&mails[0], "secret")});
    let verified = app.guest().run("accountUpdateVerification", variables).await;
    assert_eq!(verified.error(), "ok");
    let sent = messages(&app).await.pop().unwrap();
    assert_eq!((sent.state, sent.attempts, sent.error.as_str()), (State::Delivered, 1, ""));
}

/// NW-6: a server that is down, full or silent for an hour loses nothing and delays nobody.
#[tokio::test]
async fn a_refusing_server_is_tried_again() {
    let sink = Sink::smtp().await;
    let app = with_smtp(&sink).await;
    app.sign_up(ADA).await;
    sink.be(Mood::Refuses(451));
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
    sink.be(Mood::Takes);
    deliver(&app).await;

    assert_eq!(sink.taken().len(), 1);
    assert_eq!(messages(&app).await.pop().unwrap().state, State::Delivered);
}

/// NW-6: what nobody needs any more is not sent.
#[tokio::test]
async fn an_expired_message_is_dropped() {
    let sink = Sink::smtp().await;
    let app = with_smtp(&sink).await;
    app.sign_up(ADA).await;
    recover(&app).await;
    app.advance(Duration::from_hours(1));

    deliver(&app).await;

    assert_eq!(sink.taken().len(), 0);
    assert_eq!(messages(&app).await.pop().unwrap().state, State::Expired);
}

#[tokio::test]
async fn a_refused_recipient_is_final() {
    let sink = Sink::smtp().await;
    let app = with_smtp(&sink).await;
    app.sign_up(ADA).await;
    sink.be(Mood::Refuses(550));
    recover(&app).await;

    deliver(&app).await;

    let refused = messages(&app).await.pop().unwrap();
    assert_eq!((refused.state, refused.attempts), (State::Failed, 1));
    assert!(refused.error.contains("550"), "{}", refused.error);
}

/// NW-6: a message that a dying worker had in hand is sent by the next one.
#[tokio::test]
async fn a_message_in_the_hand_of_a_dead_worker_is_sent() {
    let sink = Sink::smtp().await;
    let app = with_smtp(&sink).await;
    app.sign_up(ADA).await;
    recover(&app).await;
    sink.be(Mood::Hangs);
    let dying = app.app.clone();
    let dying = tokio::spawn(async move { worker::deliver_due(&dying).await });
    while sink.held() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    dying.abort();
    let _ = dying.await;
    sink.be(Mood::Takes);

    deliver(&app).await;
    assert_eq!(sink.taken().len(), 0, "it is still leased");
    app.advance(Duration::from_mins(1));
    deliver(&app).await;

    let sent = messages(&app).await.pop().unwrap();
    assert_eq!(sent.error, "");
    assert_eq!(sink.taken().len(), 1);
}

/// NW-6: of several workers on one outbox each message is sent by one.
#[tokio::test(flavor = "multi_thread")]
async fn several_workers_send_each_message_once() {
    let sink = Sink::smtp().await;
    let app = with_smtp(&sink).await;
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

    let mut ids: Vec<_> = sink
        .taken()
        .iter()
        .map(|mail| mail.split("Message-ID: ").nth(1).unwrap()[..30].to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!((sink.taken().len(), ids.len()), (40, 40));
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

/// An address gets ten alerts an hour, lest somebody be pestered.
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

    deliver(&app).await;

    let states: Vec<_> = messages(&app).await.into_iter().map(|message| message.state).collect();
    assert_eq!(states[..10], [State::Delivered; 10]);
    assert_eq!(states[10..], [State::Dropped; 2]);
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

/// A folder gets a file for each mail.
#[tokio::test]
async fn a_folder_gets_a_file_for_each_mail() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let app = TestApp::with(&format!(
        "mail = {{ url = \"folder:{path}\", from = \"accounts@example.com\" }}"
    ))
    .await;
    app.sign_up(ADA).await;
    recover(&app).await;

    deliver(&app).await;

    let files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].extension().is_some_and(|end| end == "eml"));
    let mail = std::fs::read_to_string(&files[0]).unwrap();
    let variables = json!({
        "userId": parameter(&mail, "userId"), "secret": parameter(&mail, "secret"),
        "password": "another good password",
    });
    assert_eq!(app.guest().run("accountUpdateRecovery", variables).await.error(), "ok");
}

async fn send_code(app: &TestApp, phone: &str) -> String {
    let variables = json!({"userId": "unique()", "phone": phone});
    app.guest().run("accountCreatePhoneSession", variables).await.error()
}

/// A webhook is called in the form of Standard Webhooks, and signed.
#[tokio::test]
async fn a_webhook_is_signed() {
    let sink = Sink::http().await;
    let app = TestApp::with(&format!("sms.url = \"http://127.0.0.1:{}/sms\"", sink.port)).await;
    assert_eq!(send_code(&app, PHONE).await, "ok");

    deliver(&app).await;

    let call = sink.taken().pop().unwrap();
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
    let sink = Sink::http().await;
    let url = format!("twilio://AC123:tok%2Fen@+15005550006?api=http://127.0.0.1:{}/", sink.port);
    let app = TestApp::with(&format!("sms.url = \"{url}\"")).await;
    assert_eq!(send_code(&app, PHONE).await, "ok");

    deliver(&app).await;

    let call = sink.taken().pop().unwrap();
    assert!(call.starts_with("POST /2010-04-01/Accounts/AC123/Messages.json HTTP/1.1"), "{call}");
    // AC123:tok/en
    assert!(call.contains("Basic QUMxMjM6dG9rL2Vu"), "{call}");
    assert!(call.contains("To=%2B12065550100&From=%2B15005550006&Body="), "{call}");
}

/// NW-7: a provider that redirects is not followed, one that refuses is tried again or not, one that hangs is left.
#[tokio::test]
async fn providers_are_not_followed_and_not_waited_for() {
    let sink = Sink::http().await;
    let app = TestApp::with(&format!(
        "limits.rates = false\nsms.url = \"http://127.0.0.1:{}/sms\"",
        sink.port
    ))
    .await;
    for (status, state) in
        [(302, State::Queued), (400, State::Failed), (401, State::Queued), (503, State::Queued)]
    {
        sink.be(Mood::Refuses(status));
        assert_eq!(send_code(&app, PHONE).await, "ok");
        deliver(&app).await;
        let message = messages(&app).await.pop().unwrap();
        assert_eq!(message.state, state, "{status}");
        assert!(message.error.contains(&status.to_string()), "{}", message.error);
    }
    assert!(sink.taken().iter().all(|call| !call.contains("/elsewhere")));
    sink.be(Mood::Hangs);
    assert_eq!(send_code(&app, PHONE).await, "ok");
    let start = Instant::now();
    deliver(&app).await;
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
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

/// RL-16: messages go to the listed countries only.
#[tokio::test]
async fn countries_may_be_listed() {
    let app = TestApp::with("sms.countries = [49]").await;

    assert_eq!(send_code(&app, PHONE).await, "general_argument_invalid 400");
    assert_eq!(send_code(&app, "+493012345678").await, "ok");
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
