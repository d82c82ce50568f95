//! Events for webhooks: from the change that causes them to the server that gets them.

use accountd::outbox::worker;
use entity::message;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::support::{Caller, FakeServer, PASSWORD, TestApp};

mod data;
mod delivery;
mod events;
mod outage;
mod servers;

const ADA: &str = "ada@example.com";

/// The settings of a project `p` whose webhook `crm` calls `receiver`.
fn settings(receiver: &FakeServer, events: &[&str]) -> String {
    format!(
        "[[projects]]\nid = \"p\"\nplatforms = [\"app.example.com\"]\n\
         webhooks = [{{ id = \"crm\", url = \"http://127.0.0.1:{}/hook\", events = {events:?} }}]\n",
        receiver.port
    )
}

/// A server whose project `p` has a webhook, and what the webhook gets.
struct Hooked {
    app: TestApp,
    receiver: FakeServer,
}

/// An event, as the webhook got it.
struct Call {
    head: String,
    body: String,
}

impl Hooked {
    async fn new(events: &[&str]) -> Self {
        Self::with("", events).await
    }

    /// One with more settings.
    async fn with(more: &str, events: &[&str]) -> Self {
        let receiver = FakeServer::http().await;
        let app = TestApp::with(&format!(
            "limits.rates = false\n{more}\n{}",
            settings(&receiver, events)
        ))
        .await;
        Self { app, receiver }
    }

    /// One whose project has more settings.
    async fn with_project(more: &str, events: &[&str]) -> Self {
        let receiver = FakeServer::http().await;
        let settings = settings(&receiver, events);
        let app = TestApp::with(&format!("limits.rates = false\n{settings}{more}\n")).await;
        Self { app, receiver }
    }

    /// A caller of the project.
    fn guest(&self) -> Caller {
        self.app.guest().with("x-appwrite-project", "p")
    }

    /// Signs up a user of the project, and returns the id.
    async fn sign_up(&self, email: &str) -> String {
        let variables = json!({"userId": "unique()", "email": email, "password": PASSWORD});
        let user = self.guest().run("accountCreate", variables).await.field();
        user["_id"].as_str().unwrap().to_owned()
    }

    /// Signs in a user of the project.
    async fn sign_in(&self, email: &str) -> Caller {
        let variables = json!({"email": email, "password": PASSWORD});
        let session = self.guest().run("accountCreateEmailPasswordSession", variables).await;
        self.guest().with_session(session.field()["secret"].as_str().unwrap())
    }

    /// Signs up and in.
    async fn user(&self, email: &str) -> Caller {
        self.sign_up(email).await;
        self.sign_in(email).await
    }

    /// The newest message of the project to an address.
    async fn newest(&self, to: &str) -> Value {
        let document = "query($to: String) { devInbox(to: $to) { userId secret channel } }";
        let sent = json!({"query": document, "variables": {"to": to}});
        self.guest().send(&sent).await.data()["devInbox"].clone()
    }

    /// Sends what is due.
    async fn deliver(&self) {
        worker::deliver_due(&self.app.app).await.unwrap();
    }

    /// Sends what is due, and returns all calls so far, in the order of their ids.
    async fn delivered(&self) -> Vec<Call> {
        self.deliver().await;
        let mut calls: Vec<_> =
            self.receiver.received().iter().map(|call| Call::new(call)).collect();
        calls.sort_by_key(|call| call.header("webhook-id").to_owned());
        calls
    }

    /// The types of all events so far.
    async fn types(&self) -> Vec<String> {
        self.delivered().await.iter().map(Call::event).collect()
    }

    /// The messages of the outbox that are events.
    async fn rows(&self) -> Vec<message::Model> {
        let messages = message::Entity::find().order_by_asc(message::Column::Id);
        let messages = messages.all(self.app.app.db.read()).await.unwrap();
        messages.into_iter().filter(|it| it.channel == message::Channel::Webhook).collect()
    }
}

impl Call {
    fn new(call: &str) -> Self {
        let (head, body) = call.split_once("\r\n\r\n").unwrap();
        Self { head: head.to_owned(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    fn data(&self) -> Value {
        self.json()["data"].clone()
    }
}
