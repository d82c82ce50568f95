//! The outbox as servers and operators see it.

use std::time::Duration;

use accountd::outbox::worker;
use serde_json::{Value, json};

use crate::support::{Behaviour, FakeServer, TestApp, none};

const ADA: &str = "ada@example.com";

async fn with_smtp(fake_server: &FakeServer) -> TestApp {
    let mail = format!("smtp://127.0.0.1:{}", fake_server.port);
    let settings = format!(
        "limits.rates = false\nmail = {{ url = \"{mail}\", from = \"accounts@example.com\" }}"
    );
    TestApp::in_production(&settings).await
}

async fn recover(app: &TestApp) {
    let variables = json!({"email": ADA, "url": "https://app.example.com/"});
    app.guest().run("accountCreateRecovery", variables).await.data();
}

async fn deliver(app: &TestApp) {
    worker::deliver_due(&app.app).await.unwrap();
}

async fn list(app: &TestApp, queries: &[Value]) -> Value {
    let queries: Vec<_> = queries.iter().map(Value::to_string).collect();
    app.guest().operator().run("messagesList", json!({"queries": queries})).await.field()
}

fn equal(attribute: &str, value: &str) -> [Value; 1] {
    [json!({"method": "equal", "attribute": attribute, "values": [value]})]
}

async fn retry(app: &TestApp, id: &Value) -> String {
    app.guest().operator().run("messagesRetry", json!({"messageId": id})).await.error()
}

/// Messages come newest first, a page at a time, of one's own project, without contents.
#[tokio::test]
async fn messages_are_listed_a_page_at_a_time() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    for _ in 0..3 {
        recover(&app).await;
        app.advance(Duration::from_secs(1));
    }

    let page = [
        json!({"method": "orderDesc", "attribute": "$createdAt"}),
        json!({"method": "limit", "values": [2]}),
    ];
    let first = list(&app, &page).await;
    let after = json!({"method": "cursorAfter", "values": [first["messages"][1]["_id"]]});
    let second = list(&app, &[page.as_slice(), &[after]].concat()).await;

    assert_eq!((&first["total"], &second["total"]), (&json!(3), &json!(3)));
    assert_eq!(first["messages"].as_array().unwrap().len(), 2);
    assert_eq!(second["messages"].as_array().unwrap().len(), 1);
    assert!(
        first["messages"][0]["_createdAt"].as_str() > first["messages"][1]["_createdAt"].as_str()
    );
    let message = &second["messages"][0];
    assert_eq!((&message["kind"], &message["to"]), (&json!("recovery"), &json!(ADA)));
    assert_eq!((&message["channel"], &message["state"]), (&json!("mail"), &json!("queued")));
    let id = json!({"messageId": message["_id"]});
    let operator = app.guest().operator();
    assert_eq!(&operator.run("messagesGet", id.clone()).await.field(), message);
    let other = operator.clone().with("x-appwrite-project", "other");
    assert_eq!(other.run("messagesList", none()).await.field()["total"], 0);
    for name in ["messagesGet", "messagesRetry"] {
        assert_eq!(other.run(name, id.clone()).await.error(), "message_not_found 404");
    }
    assert_eq!(list(&app, &equal("to", ADA)).await["total"], 3);
    assert_eq!(list(&app, &equal("to", "bob@example.com")).await["total"], 0);
    assert_eq!(list(&app, &equal("state", "failed")).await["total"], 0);
    let secret = equal("sealed", "").map(|query| query.to_string());
    let answer = operator.run("messagesList", json!({"queries": secret})).await;
    assert_eq!(answer.error(), "general_argument_invalid 400");
}

/// A message that the mail server has refused is sent once the cause is removed.
#[tokio::test]
async fn a_refused_message_is_sent_again() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    fake_server.be(Behaviour::Refuses(550));
    recover(&app).await;
    deliver(&app).await;
    let failed = list(&app, &equal("state", "failed")).await["messages"][0].clone();
    assert!(failed["error"].as_str().unwrap().contains("550"), "{failed}");

    fake_server.be(Behaviour::Takes);
    assert_eq!(retry(&app, &failed["_id"]).await, "ok");
    deliver(&app).await;

    assert_eq!(fake_server.received().len(), 1);
    assert_eq!(list(&app, &equal("state", "delivered")).await["total"], 1);
    assert_eq!(retry(&app, &failed["_id"]).await, "general_argument_invalid 400");
    deliver(&app).await;
    assert_eq!(fake_server.received().len(), 1);
}

/// One that waits for its next attempt is sent now, however soon the next attempt would be.
#[tokio::test]
async fn a_waiting_message_is_sent_now() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    for attempts in [1, 6] {
        fake_server.be(Behaviour::Refuses(451));
        recover(&app).await;
        for _ in 0..attempts {
            app.advance(Duration::from_mins(3));
            deliver(&app).await;
        }
        let waiting = list(&app, &equal("state", "queued")).await["messages"][0].clone();
        assert_eq!(waiting["attempts"], attempts, "{waiting}");
        assert!(waiting["error"].as_str().unwrap().contains("451"), "{waiting}");
        fake_server.be(Behaviour::Takes);
        deliver(&app).await;
        let count = list(&app, &equal("state", "delivered")).await["total"].clone();

        assert_eq!(retry(&app, &waiting["_id"]).await, "ok");
        let id = json!({"messageId": waiting["_id"]});
        let due = app.guest().operator().run("messagesGet", id.clone()).await.field();
        assert!(due["dueAt"].as_str() < waiting["dueAt"].as_str(), "{waiting} {due}");
        deliver(&app).await;
        let sent = app.guest().operator().run("messagesGet", id).await.field();
        assert_eq!((&sent["state"], &sent["attempts"]), (&json!("delivered"), &json!(1)));
        let delivered = list(&app, &equal("state", "delivered")).await["total"].clone();
        assert_eq!(delivered.as_u64(), count.as_u64().map(|count| count + 1));
    }
}

/// One that a worker is sending isn't sent a second time.
#[tokio::test]
async fn a_message_that_is_being_sent_is_left_alone() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    fake_server.be(Behaviour::Refuses(451));
    recover(&app).await;
    deliver(&app).await;
    app.advance(Duration::from_secs(30));
    fake_server.be(Behaviour::Hangs);
    let sending = tokio::spawn({
        let app = app.app.clone();
        async move { worker::deliver_due(&app).await }
    });
    let mut message = list(&app, &[]).await["messages"][0].clone();
    while message["attempts"] != 2 {
        tokio::task::yield_now().await;
        message = list(&app, &[]).await["messages"][0].clone();
    }

    assert_eq!(retry(&app, &message["_id"]).await, "ok");

    assert_eq!(list(&app, &[]).await["messages"][0], message);
    sending.abort();
}

/// An expired one isn't sent again.
#[tokio::test]
async fn an_expired_message_is_not_sent_again() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    fake_server.be(Behaviour::Refuses(550));
    recover(&app).await;
    deliver(&app).await;
    let failed = list(&app, &[]).await["messages"][0].clone();
    app.advance(Duration::from_hours(1));

    assert_eq!(retry(&app, &failed["_id"]).await, "general_argument_invalid 400");
    deliver(&app).await;
    assert!(fake_server.received().is_empty());
}
