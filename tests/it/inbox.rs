//! The inbox of a development server: its page, and the field that tests read.

use std::time::{Duration, Instant};

use accountd::config::Mode;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, sdl};

const ADA: &str = "ada@example.com";

async fn get(app: &TestApp, path: &str, host: &str) -> Answer {
    let request = Request::get(path).header("host", host).body(Body::empty()).unwrap();
    app.guest().request(request).await
}

async fn send_code(app: &TestApp, email: &str) {
    let variables = json!({"userId": "unique()", "email": email});
    app.guest().run("accountCreateEmailToken", variables).await.data();
}

#[tokio::test]
async fn the_page_shows_messages_newest_first() {
    let app = TestApp::new().await;
    send_code(&app, ADA).await;
    send_code(&app, "bob@example.com").await;

    let page = get(&app, "/inbox", "localhost:8080").await;
    let messages = get(&app, "/inbox/messages", "127.0.0.1:8080").await.json();

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    for path in ["/inbox/inbox.js", "/inbox/inbox.css"] {
        assert!(page.text.contains(path), "{path}");
        assert_eq!(get(&app, path, "[::1]:8080").await.status, 200);
    }
    let messages = messages["messages"].as_array().unwrap();
    assert_eq!((&messages[0]["to"], &messages[1]["to"]), (&json!("bob@example.com"), &json!(ADA)));
    assert_eq!(
        (&messages[1]["kind"], &messages[1]["state"]),
        (&json!("email_code"), &json!("queued"))
    );
    assert!(messages[1]["html"].as_str().unwrap().contains(messages[1]["code"].as_str().unwrap()));
}

/// Nor does a page of a platform, which may talk to the server otherwise.
#[tokio::test]
async fn pages_of_platforms_are_refused() {
    let app = TestApp::new().await;
    let page = app.guest().with("origin", "https://app.example.com");
    let own = app.guest().with("origin", "http://localhost:3000");

    let script = || Request::get("/inbox/inbox.js").body(Body::empty()).unwrap();
    assert_eq!(page.clone().request(script()).await.status, 403);
    // Browsers send the origin with scripts that are modules, to their own server as well.
    assert_eq!(own.clone().request(script()).await.status, 200);
    let refused = page.query("{ devInbox { to } }").await;
    assert_eq!(refused.error(), "general_bad_request 400");
    let message = "The inbox is at http://localhost only, on the machine that accountd runs on.";
    assert_eq!(refused.json()["errors"][0]["message"], message);
    assert_eq!(own.query("{ devInbox { to } }").await.error(), "ok");
}

/// A page of another name, which leads to this machine, reads nothing.
#[tokio::test]
async fn other_names_are_refused() {
    let app = TestApp::new().await;
    for host in
        ["evil.test", "localhost.evil.test", "evil.test:80", "192.0.2.1", "", "localhost@evil.test"]
    {
        for path in ["/inbox", "/inbox/messages"] {
            assert_eq!(get(&app, path, host).await.status, 403, "{host}");
            let field = app.guest().with("host", host).query("{ devInbox { to } }").await;
            assert_eq!(field.error(), "general_bad_request 400", "{host}");
        }
    }
}

/// A proxy on this machine, such as a tunnel, that calls it by its own name lets nobody in from elsewhere; a developer's own
/// browser comes through it.
#[tokio::test]
async fn a_client_behind_a_proxy_is_no_browser_of_this_machine() {
    let app = TestApp::new().await;
    for (name, value, is_local) in [
        ("x-forwarded-for", "203.0.113.7", false),
        ("x-forwarded-for", "127.0.0.1, 192.168.1.7", false),
        ("x-forwarded-for", "unknown", false),
        ("x-forwarded-for", "", false),
        ("x-forwarded-host", "demo.tunnel.example", false),
        ("x-forwarded-host", "localhost, demo.tunnel.example", false),
        ("x-real-ip", "203.0.113.7", false),
        ("cf-connecting-ip", "203.0.113.7", false),
        ("forwarded", "for=203.0.113.7", false),
        ("via", "1.1 tunnel", false),
        ("x-forwarded-for", "127.0.0.1", true),
        ("x-forwarded-for", "::ffff:127.0.0.1, ::1", true),
        ("x-forwarded-host", "localhost:5173", true),
        ("x-real-ip", "127.0.0.1", true),
    ] {
        let caller = app.guest().with("host", "localhost:8080").with(name, value);
        let page = Request::get("/inbox").body(Body::empty()).unwrap();
        let page = caller.clone().request(page).await;
        let field = caller.query("{ devInbox { to } }").await.error();

        assert_eq!(page.status == 200, is_local, "{name}: {value}");
        assert_eq!(field == "ok", is_local, "{name}: {value}");
    }
}

async fn dev_inbox(app: &TestApp, arguments: &str) -> Answer {
    let document =
        format!("{{ devInbox({arguments}) {{ _id to kind code secret state channel }} }}");
    app.guest().query(&document).await
}

/// A test may ask before the message is there, and gets it as soon as it is.
#[tokio::test]
async fn a_test_waits_for_its_message() {
    let app = TestApp::new().await;
    let later = app.clone();
    let sender = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        send_code(&later, "bob@example.com").await;
        send_code(&later, ADA).await;
    });

    let message = dev_inbox(&app, "to: \"Ada@Example.com\", waitMs: 10000").await.field();

    sender.await.unwrap();
    assert_eq!(message["to"], ADA);
    assert_eq!(message["code"], message["secret"]);
    assert_eq!(message["code"].as_str().unwrap().len(), 6);
}

#[tokio::test]
async fn without_a_message_the_answer_is_null() {
    let app = TestApp::new().await;
    let start = Instant::now();

    assert_eq!(dev_inbox(&app, "to: \"ada@example.com\", waitMs: 120").await.field(), Value::Null);

    assert!(start.elapsed() >= Duration::from_millis(120));
    assert_eq!(dev_inbox(&app, "to: \"ada@example.com\"").await.field(), Value::Null);
}

/// A second message to an address is distinguished from the first.
#[tokio::test]
async fn a_later_message_can_be_asked_for() {
    let app = TestApp::new().await;
    send_code(&app, ADA).await;
    let first = dev_inbox(&app, "waitMs: 0").await.field()["_id"].as_str().unwrap().to_owned();

    let after = format!("after: \"{first}\"");
    assert_eq!(dev_inbox(&app, &after).await.field(), Value::Null);
    send_code(&app, ADA).await;

    let second = dev_inbox(&app, &after).await.field();
    assert_ne!(second["_id"], json!(first));
    assert_eq!(dev_inbox(&app, "waitMs: 0").await.field(), second);
}

#[tokio::test]
async fn bad_arguments_are_named() {
    let app = TestApp::new().await;
    for (arguments, argument) in [("to: \"ada\"", "to"), ("after: \"\\u0000\"", "after")] {
        let answer = dev_inbox(&app, arguments).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), argument);
    }
}

#[tokio::test]
async fn a_wait_is_bounded() {
    let app = TestApp::new().await;
    for wait in ["-1", "30001"] {
        let answer = dev_inbox(&app, &format!("waitMs: {wait}")).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "waitMs");
    }
}

/// Messages of another project are not seen.
#[tokio::test]
async fn projects_see_their_own_messages() {
    let app = TestApp::new().await;
    send_code(&app, ADA).await;

    let other = app.guest().with("x-appwrite-project", "other");

    assert_eq!(other.query("{ devInbox { to } }").await.field(), Value::Null);
}

/// In production there is neither the page nor the field.
#[tokio::test]
async fn production_has_no_inbox() {
    let app = TestApp::in_production("mail.url = \"inbox:\"").await;

    for path in ["/inbox", "/inbox/messages", "/inbox/inbox.js"] {
        assert_eq!(get(&app, path, "localhost:8080").await.status, 404);
    }
    let answer = dev_inbox(&app, "waitMs: 0").await;
    assert!(answer.json()["data"].is_null(), "{}", answer.text);
    assert!(!sdl(Mode::Serve).contains("devInbox"));
    // A mail that nobody could look at is none.
    let variables = json!({"userId": "unique()", "email": ADA});
    let answer = app.guest().run("accountCreateEmailToken", variables).await;
    assert_eq!(answer.error(), "general_smtp_disabled 503");
}
