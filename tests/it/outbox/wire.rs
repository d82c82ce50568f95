//! Mails as a mail server is given them.

use std::time::Duration;

use accountd::outbox::worker;
use entity::message::State;
use serde_json::json;

use super::{ADA, URL, deliver, messages, parameter, recover, settings, with_smtp};
use crate::support::{Behaviour, FakeServer, PASSWORD, TestApp};

/// All that confirms works with what a mail server is given.
#[tokio::test]
async fn a_mail_goes_over_the_wire() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    let ada = app.user(ADA).await;
    ada.run("accountCreateVerification", json!({"url": URL})).await.data();

    deliver(&app).await;

    let mails = fake_server.received();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("MAIL FROM:<accounts@example.com>"), "{}", mails[0]);
    assert!(mails[0].contains("RCPT TO:<ada@example.com>"));
    assert!(mails[0].contains("From: Default <accounts@example.com>\r\n"));
    let variables =
        json!({"userId": parameter(&mails[0], "userId"), "secret": parameter(&mails[0], "secret")});
    let verified = app.guest().run("accountUpdateVerification", variables).await;
    assert_eq!(verified.error(), "ok");
    let sent = messages(&app).await.pop().unwrap();
    assert_eq!((sent.state, sent.attempts.get(), sent.error.as_str()), (State::Delivered, 1, ""));
}

/// So do recovery and sign-in by link.
#[tokio::test]
async fn the_links_of_mails_are_good() {
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    recover(&app).await;
    deliver(&app).await;
    let mail = fake_server.received().remove(0);
    let redeem = json!({
        "userId": parameter(&mail, "userId"), "secret": parameter(&mail, "secret"),
        "password": "another good password",
    });
    let recovered = app.guest().run("accountUpdateRecovery", redeem).await;
    assert_eq!(recovered.error(), "ok");

    let variables = json!({"userId": "unique()", "email": "bob@example.com", "url": URL});
    app.guest().run("accountCreateMagicURLSession", variables).await.data();
    deliver(&app).await;
    let mails = fake_server.received();
    let mail = mails.iter().find(|mail| mail.contains("RCPT TO:<bob@example.com>")).unwrap();
    let redeem = json!({"userId": parameter(mail, "userId"), "secret": parameter(mail, "secret")});
    let session = app.guest().run("accountUpdateMagicURLSession", redeem).await.field();
    assert_eq!(session["provider"], "magic-url");
    app.user_with(ADA, "another good password").await;
}

/// In production a mail is wiped once it is delivered or has expired. The operator may send a refused one again until
/// then.
#[tokio::test]
async fn a_finished_mail_is_wiped() {
    for (behaviour, wait, state) in [
        (Behaviour::Takes, Duration::ZERO, State::Delivered),
        (Behaviour::Refuses(550), Duration::ZERO, State::Failed),
        (Behaviour::Takes, Duration::from_hours(1), State::Expired),
    ] {
        let fake_server = FakeServer::smtp().await;
        let app = TestApp::in_production(&settings(&fake_server)).await;
        app.sign_up(ADA).await;
        fake_server.be(behaviour);
        recover(&app).await;
        assert!(messages(&app).await[0].sealed.len() > 100);
        app.advance(wait);

        deliver(&app).await;
        let is_kept = !messages(&app).await[0].sealed.is_empty();
        app.advance(Duration::from_hours(1));
        worker::purge(&app.app, app.app.clock.now()).await.unwrap();

        assert_eq!(is_kept, state == State::Failed);
        let mail = messages(&app).await.remove(0);
        assert_eq!((mail.state, mail.sealed.as_str()), (state, ""));
    }
}

/// The commands of a mail, the names of its headers, and the lines of its body.
fn parts(mail: &str) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
    assert!(mail.split_inclusive('\n').all(|line| line.ends_with("\r\n")), "{mail}");
    let (commands, data) = mail.split_once("DATA\r\n").unwrap();
    let (head, body) = data.split_once("\r\n\r\n").unwrap();
    let names = head.lines().filter(|line| !line.starts_with([' ', '\t']));
    (
        commands.lines().collect(),
        names.map(|line| line.split(':').next().unwrap()).collect(),
        body.lines().collect(),
    )
}

/// NW-4: whatever stands in names, links and headers, a mail has the commands, the recipient and the headers of an
/// honest one, and no line that is too long or ends it early.
#[tokio::test]
async fn nothing_gets_into_a_mail() {
    let long = "x".repeat(990);
    let hostile = [
        "a\r\nBcc: eve@evil.test",
        "a\nRCPT TO:<eve@evil.test>",
        "a\r\n.\r\nMAIL FROM:<eve@evil.test>\r\nRCPT TO:<eve@evil.test>\r\nDATA\r\n",
        "a\rBcc: eve@evil.test",
        "a\0Bcc: eve@evil.test",
        "a\u{2028}Bcc: eve@evil.test",
        "a\u{85}Bcc: eve@evil.test",
        "\".\r\n\"",
        ".",
        "..",
        "=0D=0A.=0D=0A",
        "=?utf-8?q?=0D=0ABcc:_eve=40evil.test?=",
        "%0d%0aBcc:%20eve@evil.test",
        "<eve@evil.test>, ",
        &long,
    ];
    let fake_server = FakeServer::smtp().await;
    let app = with_smtp(&fake_server).await;
    app.sign_up(ADA).await;
    recover(&app).await;
    deliver(&app).await;
    let honest = fake_server.received().remove(0);
    let (honest_commands, honest_names, _) = parts(&honest);
    assert!(honest_names.contains(&"Subject"), "{honest}");
    for (n, text) in hostile.iter().enumerate() {
        let email = format!("user{n}@example.com");
        let sign_up =
            json!({"userId": "unique()", "email": email, "password": PASSWORD, "name": text});
        if app.guest().run("accountCreate", sign_up).await.error() != "ok" {
            app.sign_up(&email).await;
        }
        let before = fake_server.received().len();
        // Those that are no addresses and no URLs are refused.
        let guest = app.guest();
        for (email, url) in [
            (email.clone(), URL.to_owned()),
            (email.clone(), format!("{URL}?a={text}#{text}")),
            (format!("{email}{text}"), URL.to_owned()),
            (format!("{text}{email}"), URL.to_owned()),
        ] {
            let variables = json!({"userId": "unique()", "email": email, "url": url});
            guest.run("accountCreateRecovery", variables.clone()).await;
            guest.run("accountCreateMagicURLSession", variables).await;
        }
        deliver(&app).await;

        let mails = fake_server.received().split_off(before);
        assert!(mails.iter().any(|mail| mail.contains(&format!("RCPT TO:<{email}>"))), "{text:?}");
        for mail in mails {
            let (commands, names, lines) = parts(&mail);
            assert_eq!((commands.len(), &names), (honest_commands.len(), &honest_names), "{mail}");
            assert!(!commands.concat().contains("eve@"), "{mail}");
            assert!(lines.iter().all(|line| line.len() <= 998), "{mail}");
            assert_eq!(lines.iter().position(|line| *line == "."), Some(lines.len() - 1), "{mail}");
        }
    }
}
