//! While the database is away or frozen, requests end in time, and what was answered with an error never happens.

use std::time::{Duration, Instant};

use accountd::App;
use entity::user;
use sea_orm::EntityTrait;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::{Caller, PASSWORD, Proxy, TestApp};

const BUSY: &str = "general_server_busy 503";

async fn timed(caller: Caller, document: String) -> (String, Duration) {
    let began = Instant::now();
    let answer = caller.query(&document).await;
    (answer.error(), began.elapsed())
}

/// The names of all users, as another program reads them.
async fn names(app: &TestApp) -> Vec<String> {
    let users = user::Entity::find().all(&app.outside().await).await.unwrap();
    users.into_iter().map(|user| user.name).collect()
}

/// AV-5, MI-6, GQ-12: with PostgreSQL frozen, requests in flight end within five seconds and later ones within two; a
/// mutation of many fields, too. When it goes on, nothing of theirs is committed, and the server is back within five.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_database_keeps_nobody_waiting() {
    let Some((app, proxy)) = Proxy::before_postgres().await else { return };
    let ada = app.user("ada@example.com").await;
    let mut users = Vec::new();
    for number in 0..20 {
        users.push(app.user(&format!("user{number}@example.com")).await);
    }

    let mut writes = JoinSet::new();
    for (number, user) in users.into_iter().enumerate() {
        writes.spawn(async move {
            let mut refused = None;
            for round in 0..1_000 {
                let name = format!("{number}-{round}");
                let document =
                    format!("mutation {{ accountUpdateName(name: \"{name}\") {{ _id }} }}");
                let (error, span) = timed(user.clone(), document).await;
                if error != "ok" {
                    refused = Some((name, error, span));
                    break;
                }
            }
            refused.expect("a write met the frozen database")
        });
    }
    sleep(Duration::from_millis(300)).await;
    proxy.freeze(true);
    sleep(Duration::from_secs(1)).await;
    // What PostgreSQL had already committed, only that its answer was held back: nobody can know.
    let in_doubt = names(&app).await;
    let writes = writes.join_all().await;
    let read = timed(ada.clone(), "{ accountGet { _id } }".to_owned()).await;
    let twenty: String =
        (0..20).map(|n| format!("a{n}: accountUpdateName(name: \"x\") {{ _id }} ")).collect();
    let many = timed(ada.clone(), format!("mutation {{ {twenty} }}")).await;
    let ready = app.guest().rest("GET", "/health/ready", json!(null)).await.status;
    let live = app.guest().rest("GET", "/health/live", json!(null)).await.status;
    proxy.freeze(false);
    let thawed = Instant::now();

    for (name, error, span) in &writes {
        assert_eq!(error, BUSY, "{name}");
        assert!(*span < Duration::from_millis(5_500), "{name}: {span:?}");
    }
    assert_eq!(read.0, BUSY);
    assert!(read.1 < Duration::from_secs(2), "{:?}", read.1);
    assert!(many.1 < Duration::from_millis(5_500), "{:?}", many.1);
    assert_eq!((ready.as_u16(), live.as_u16()), (503, 200));
    while timed(ada.clone(), "{ accountGet { _id } }".to_owned()).await.0 != "ok" {
        assert!(thawed.elapsed() < Duration::from_secs(5));
        sleep(Duration::from_millis(50)).await;
    }
    // Time for what was still under way to the database.
    sleep(Duration::from_secs(1)).await;
    let names = names(&app).await;
    for (name, ..) in &writes {
        let is_late = names.contains(name) && !in_doubt.contains(name);
        assert!(!is_late, "{name} was answered with an error and is there");
    }
}

/// GQ-12: what a request has not begun within its time does not begin.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_in_time() {
    let app = TestApp::with("[limits]\nrates = false\nrequest_seconds = 1").await;
    let ada = app.user("ada@example.com").await;
    let sign_in = format!(
        "accountCreateEmailSession(email: \"ada@example.com\", password: \"{PASSWORD}\") {{ _id }}"
    );
    let held = app.app.passwords.block().await;

    let document = format!(
        "mutation {{ a: {sign_in} b: {sign_in} accountUpdateName(name: \"late\") {{ _id }} }}"
    );
    let answer = ada.query(&document).await.json();
    drop(held);

    assert_eq!(answer["errors"][2]["extensions"]["type"], "general_server_busy", "{answer}");
    assert_eq!(ada.query("{ accountGet { name } }").await.field()["name"], "");
}

/// DU-3: a PostgreSQL that may lose what it has acknowledged is not served, unless the operator says so.
#[tokio::test]
async fn a_forgetful_database_is_refused() {
    let app = TestApp::new().await;
    if !app.app.db.is_shared() {
        return;
    }
    let forgetful = |allow: bool| {
        let mut config = app.app.config.clone();
        let url = format!("{}?options=-csynchronous_commit%3Doff", config.database.url.expose());
        config.database.url = url.try_into().unwrap();
        config.database.allow_data_loss = allow;
        App::start(config)
    };

    let refused = forgetful(false).await.err().unwrap().to_string();
    // The tests' own server may be set to forget more than that.
    let expected = ["PostgreSQL has synchronous_commit = off", "PostgreSQL has fsync = off"];
    assert!(expected.iter().any(|start| refused.starts_with(start)), "{refused}");
    assert!(forgetful(true).await.is_ok());
}
