//! Projects that restrict who may sign up, and how users sign in.

use serde_json::{Value, json};

use crate::support::{Answer, Browser, Caller, PASSWORD, TestApp, none};

mod auth_methods;
mod closed;
mod domains;

const OFF: &str = "user_auth_method_unsupported 501";
const CLOSED: &str = "user_count_exceeded 501";
const NOT_LISTED: &str = "user_email_not_whitelisted 401";
const URL: &str = "https://app.example.com/";

/// A server that has a project `p` with these settings beside the usual ones.
async fn start(settings: &str) -> TestApp {
    TestApp::with(&with_project("", settings)).await
}

/// These settings, and a project `p` that has its own.
fn with_project(more: &str, settings: &str) -> String {
    format!(
        "limits.rates = false\n{more}\n[[projects]]\nid = \"p\"\nplatforms = [\"app.example.com\"]\n{settings}"
    )
}

/// A caller of the project `p`.
fn guest(app: &TestApp) -> Caller {
    app.guest().with("x-appwrite-project", "p")
}

/// A browser that calls the project `p`.
fn browser(app: &TestApp) -> Browser {
    Browser::new(guest(app))
}

async fn sign_up(app: &TestApp, email: &str) -> Answer {
    let variables = json!({"userId": "unique()", "email": email, "password": PASSWORD});
    guest(app).run("accountCreate", variables).await
}

/// Signs in with [`PASSWORD`]: the session's secret.
async fn sign_in(app: &TestApp, email: &str) -> String {
    let variables = json!({"email": email, "password": PASSWORD});
    secret_of(&guest(app).run("accountCreateEmailPasswordSession", variables).await)
}

/// Signs in as a new anonymous user: the session's secret.
async fn sign_in_anonymously(app: &TestApp) -> String {
    secret_of(&guest(app).run("accountCreateAnonymousSession", none()).await)
}

fn secret_of(answer: &Answer) -> String {
    answer.field()["secret"].as_str().unwrap().to_owned()
}

/// The newest message of the project `p` to an address; null if none was sent.
async fn newest(app: &TestApp, to: &str) -> Value {
    let document = "query($to: String) { devInbox(to: $to) { userId code secret state } }";
    let answer = guest(app).send(&json!({"query": document, "variables": {"to": to}})).await;
    answer.field()
}

/// Asks for a secret that signs in `address`, which is a number if `create` sends to phones.
async fn ask(app: &TestApp, create: &str, address: &str) -> Answer {
    let variables = json!({
        "userId": "unique()", "email": address, "phone": address, "url": URL, "phrase": true,
    });
    guest(app).run(create, variables).await
}

/// Redeems what was sent to `address`.
async fn redeem(app: &TestApp, update: &str, address: &str) -> Answer {
    let message = newest(app, address).await;
    let variables = json!({"userId": message["userId"], "secret": message["code"]});
    guest(app).run(update, variables).await
}

/// Proves the address of the user of a session.
async fn verify(app: &TestApp, secret: &str, email: &str) {
    let user = guest(app).with_session(secret);
    user.run("accountCreateVerification", json!({"url": URL})).await.data();
    let mail = newest(app, email).await;
    let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
    user.run("accountUpdateVerification", variables).await.data();
}

/// The fields that send a secret that signs in, what redeems it, and whether it goes to a phone.
const SENDING: [(&str, &str, bool); 5] = [
    ("accountCreateMagicURLSession", "accountUpdateMagicURLSession", false),
    ("accountCreateMagicURLToken", "accountCreateSession", false),
    ("accountCreateEmailToken", "accountCreateSession", false),
    ("accountCreatePhoneSession", "accountUpdatePhoneSession", true),
    ("accountCreatePhoneToken", "accountCreateSession", true),
];
