//! Mails as they go over the wire.

use entity::MessageId;
use entity::ProjectId;
use entity::message::Channel;
use entity::message::State;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_795_435_200_000);

fn message(recipient: &str) -> message::Model {
    message::Model {
        id: MessageId::new("0123456789"),
        project_id: ProjectId::new("default"),
        channel: Channel::Mail,
        kind: "recovery".to_owned(),
        recipient: recipient.to_owned(),
        sealed: String::new(),
        state: State::Queued,
        attempts: 1,
        error: String::new(),
        created_at: NOW,
        due_at: NOW,
        expires_at: NOW,
    }
}

fn content(subject: &str, project: &str, text: &str) -> Content {
    Content {
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: format!("<p>{text}</p>"),
        project: project.to_owned(),
        link: String::new(),
        code: String::new(),
        user_id: String::new(),
        secret: String::new(),
    }
}

fn wire(recipient: &str, content: &Content) -> Result<String, Undelivered> {
    let from = "accounts@example.com".parse().unwrap();
    let mail = write(&from, &message(recipient), content, NOW)?;
    Ok(String::from_utf8(mail.formatted()).unwrap())
}

fn headers(mail: &str) -> Vec<&str> {
    let head = mail.split("\r\n\r\n").next().unwrap();
    head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).collect()
}

#[test]
fn a_mail_says_who_writes_and_when() {
    let mail = wire("ada@example.com", &content("Hello", "Example", "Hi")).unwrap();

    assert_eq!(
        headers(&mail)[..6],
        [
            "From: Example <accounts@example.com>",
            "To: ada@example.com",
            "Subject: Hello",
            "Date: Mon, 23 Nov 2026 12:00:00 +0000",
            "Message-ID: <0123456789@example.com>",
            "MIME-Version: 1.0",
        ]
    );
}

/// NW-4: no subject, project, address or text adds a header, a recipient or an SMTP command; no line is too long.
#[test]
fn nothing_adds_a_header_or_a_command() {
    let plain = headers(&wire("ada@example.com", &content("s", "p", "t")).unwrap()).len();
    let endings = ["\r\n", "\n", "\r", "\u{2028}", "\u{85}", "\0", "\r\n ", "\r\n\r\n"];
    for ending in endings {
        for hostile in ["Bcc: eve@evil.test", ".", "QUIT", "RCPT TO:<eve@evil.test>"] {
            let text = format!("x{ending}{hostile}{ending}{}", "y".repeat(2_000));
            let mail = wire("ada@example.com", &content(&text, &text, &text)).unwrap();

            assert_eq!(headers(&mail).len(), plain, "{mail}");
            let longest = mail.split("\r\n").max_by_key(|line| line.len()).unwrap();
            assert!(longest.len() <= 998, "{ending:?} {longest}");
            assert!(!mail.replace("\r\n", "").contains(['\r', '\n']), "{ending:?}");
            let recipient = format!("ada@example.com{ending}{hostile}");
            assert!(wire(&recipient, &content("s", "p", "t")).is_err(), "{recipient:?}");
        }
    }
}

#[tokio::test]
async fn smtp_is_encrypted_on_the_way_to_other_machines() {
    let server = |url: &str| format!("{:?}", super::server(&url.parse().unwrap()));

    assert!(server("smtp://127.0.0.1:2525").contains("Ok"));
    assert!(server("smtp://mail.example.com?tls=never").contains("Err"));
    assert!(server("smtp://mail.example.com").contains("Ok"));
    assert!(server("smtps://user:pass@mail.example.com").contains("Ok"));
}

#[test]
fn what_a_server_repeats_is_left_out() {
    let words = "permanent error (550): 5.1.1 <ada@example.com>:\nno such user \"ada\"@example.com";

    assert_eq!(
        without_addresses(words),
        "permanent error (550): 5.1.1 (address) no such user (address)"
    );
}
