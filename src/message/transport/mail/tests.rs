//! Mails as they go over the wire.

use entity::message::{Channel, State};
use entity::{MessageId, ProjectId};

use super::*;
use crate::config::Mode;

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
        attempts: entity::Count::new(1),
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

fn wire(recipient: &str, content: &Content) -> Result<String, DeliveryError> {
    wire_from("accounts@example.com", recipient, content)
}

fn wire_from(from: &str, recipient: &str, content: &Content) -> Result<String, DeliveryError> {
    let sender = Sender::try_from(from.to_owned()).unwrap();
    let mail = write(&sender, &message(recipient), content, NOW)?;
    Ok(String::from_utf8(mail.formatted()).unwrap())
}

fn headers(mail: &str) -> Vec<&str> {
    let head = mail.split("\r\n\r\n").next().unwrap();
    head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).collect()
}

/// C-34: the mail says that no person has written it.
#[test]
fn a_mail_has_sender_and_date() {
    let mail = wire("ada@example.com", &content("Hello", "Example", "Hi")).unwrap();

    assert_eq!(
        headers(&mail)[..8],
        [
            "From: Example <accounts@example.com>",
            "To: ada@example.com",
            "Subject: Hello",
            "Date: Mon, 23 Nov 2026 12:00:00 +0000",
            "Message-ID: <0123456789@example.com>",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
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

/// The header `From` as programs read it: without line breaks, its encoded words decoded.
fn sender_of(mail: &str) -> String {
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ");
    let from = head.lines().find_map(|line| line.strip_prefix("From: ")).unwrap();
    assert!(from.is_ascii(), "{from}");
    let mut words = from.split(" =?utf-8?b?").map(str::to_owned).collect::<Vec<_>>();
    for word in &mut words {
        let text = word.strip_prefix("=?utf-8?b?").unwrap_or(word).to_owned();
        if let Some((encoded, rest)) = text.split_once("?=") {
            let decoded =
                base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded);
            *word = String::from_utf8(decoded.unwrap()).unwrap() + rest;
        }
    }
    words.concat()
}

/// C-32: the sender's own name is sent, whatever it contains, or else the project's.
#[test]
fn the_name_of_the_sender_is_shown() {
    for (from, expected) in [
        ("accounts@example.com", "Example <accounts@example.com>"),
        ("Accounts <no-reply@example.com>", "Accounts <no-reply@example.com>"),
        ("Accounts of Ada <no-reply@example.com>", "\"Accounts of Ada\" <no-reply@example.com>"),
        ("Example, Inc. <no-reply@example.com>", "Example, Inc. <no-reply@example.com>"),
        ("Bücher <no-reply@example.com>", "Bücher <no-reply@example.com>"),
        ("会計チーム <no-reply@bücher.example>", "会計チーム <no-reply@xn--bcher-kva.example>"),
    ] {
        let mail = wire_from(from, "ada@example.com", &content("Hello", "Example", "Hi")).unwrap();
        assert_eq!(sender_of(&mail), expected, "{mail}");
    }
}

/// C-33: the address and the id of the mail have the domain in ASCII.
#[test]
fn an_international_sender_is_written_in_ascii() {
    let mail =
        wire_from("accounts@bücher.example", "ada@example.com", &content("s", "Example", "t"))
            .unwrap();

    assert!(mail.contains("From: Example <accounts@xn--bcher-kva.example>\r\n"), "{mail}");
    assert!(mail.contains("Message-ID: <0123456789@xn--bcher-kva.example>\r\n"), "{mail}");
}

/// NW-4: a long name of a project or a sender in any script stays whole, in lines that are short enough.
#[test]
fn long_names_are_folded() {
    for name in [
        "é".repeat(128),
        "会計 ".repeat(40).trim().to_owned(),
        "word ".repeat(39).trim().to_owned(),
    ] {
        let as_project = wire("ada@example.com", &content("s", &name, "t")).unwrap();
        let from = format!("{name} <accounts@example.com>");
        let as_sender = wire_from(&from, "ada@example.com", &content("s", "p", "t")).unwrap();

        assert!(sender_of(&as_project).replace('"', "") == from, "{as_project}");
        assert_eq!(sender_of(&as_sender), sender_of(&as_project));
        let (head, _) = as_project.split_once("\r\n\r\n").unwrap();
        // RFC 5322 2.1.1, RFC 2047 2.
        assert!(head.lines().all(|line| line.len() <= 100), "{head}");
        let mut words = head.split_whitespace().filter(|word| word.starts_with("=?"));
        assert!(words.all(|word| word.len() <= 75), "{head}");
    }
}

#[tokio::test]
async fn smtp_is_encrypted_on_the_way_to_other_machines() {
    let config = Config::load(None, [], Mode::Dev).unwrap();
    let server = |url: &str| format!("{:?}", MailServer::open(&url.parse().unwrap(), &config));

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

/// The report of `accountd doctor` about a mail server that doesn't respond.
#[tokio::test]
async fn a_mail_server_out_of_reach_is_named_and_its_fault_once() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("smtp://{closed}");
    let settings = [("ACCOUNTD_MAIL__URL".to_owned(), url)];
    let config = Config::load(None, settings, Mode::Dev).unwrap();
    let transport = MailTransport::open(&config).unwrap();

    let fault = transport.check().await.unwrap_err();

    assert!(fault.starts_with(&format!("the mail server {closed}: ")), "{fault}");
    assert_eq!(fault.matches("refused").count(), 1, "{fault}");
}
