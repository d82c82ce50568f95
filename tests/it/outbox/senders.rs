//! The sender of mails, and the name with which the server greets the mail server.

use accountd::config::mail::Hello;
use serde_json::json;
use tempfile::TempDir;

use super::{ADA, URL, deliver, settings};
use crate::support::{FakeServer, MASTER_SECRET, TestApp, accountd};

/// The name with which the server has greeted `fake_server`, which has received one mail.
fn greeting(fake_server: &FakeServer) -> String {
    let mail = fake_server.received().pop().unwrap();
    mail.lines().next().unwrap().strip_prefix("EHLO ").unwrap().to_owned()
}

/// Has `app` send a recovery mail to Ada.
async fn send(app: &TestApp) {
    app.sign_up(ADA).await;
    super::recover(app).await;
    deliver(app).await;
}

/// C-30: a mail server is greeted by the name that the settings give.
#[tokio::test]
async fn the_greeting_can_be_set() {
    for hello in ["mail.example.com", "[203.0.113.7]", "[IPv6:2001:db8::1]"] {
        let fake_server = FakeServer::smtp().await;
        let app = TestApp::with(
            &settings(&fake_server).replace(" }", &format!(", hello = \"{hello}\" }}")),
        )
        .await;
        send(&app).await;

        assert_eq!(greeting(&fake_server), hello);
    }
}

/// C-30: without a setting it is a full name or an address, whatever the machine is called, and whatever stands in `mail.url`.
#[tokio::test]
async fn the_greeting_is_a_full_name_or_an_address() {
    for (url, greetings) in [
        ("https://accounts.example.com", &["accounts.example.com"][..]),
        ("http://localhost:8080", &["[127.0.0.1]"]),
    ] {
        let fake_server = FakeServer::smtp().await;
        let settings = settings(&fake_server).replacen("\", from", "/vm\", from", 1);
        let app = TestApp::with(&format!("{settings}\npublic_url = \"{url}\"")).await;
        send(&app).await;

        let hello = greeting(&fake_server);
        assert!(Hello::try_from(hello.clone()).is_ok(), "{hello}");
        // Unless this machine has a full name.
        assert!(greetings.contains(&&*hello) || !hello.starts_with('['), "{hello}");
    }
}

/// C-32, C-34: each project's mails come from its own sender, else from that of all projects, by the name of the project if
/// the sender has none; they say that a program has written them.
#[tokio::test]
async fn each_project_has_its_own_sender() {
    let fake_server = FakeServer::smtp().await;
    let app = TestApp::with(&format!(
        "{}
        [[projects]]
        id = \"shop\"
        name = \"Shop\"
        platforms = [\"app.example.com\"]
        mail.from = \"\\\"The Shop, Ltd.\\\" <shop@bücher.example>\"
        [[projects]]
        id = \"club\"
        name = \"Club\"
        platforms = [\"app.example.com\"]
        mail.from = \"club@example.org\"",
        settings(&fake_server)
    ))
    .await;
    for (project, from, address, domain) in [
        ("shop", "=?utf-8?b?", "shop@xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("club", "Club", "club@example.org", "example.org"),
        ("default", "Default", "accounts@example.com", "example.com"),
    ] {
        let variables = json!({"userId": "unique()", "email": ADA, "url": URL});
        let guest = app.guest().with("x-appwrite-project", project);
        guest.run("accountCreateMagicURLSession", variables).await.data();
        deliver(&app).await;

        let mail = fake_server.received().pop().unwrap();
        let header = |name: &str| {
            let line = mail.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} {mail}")).to_owned()
        };
        assert!(mail.contains(&format!("MAIL FROM:<{address}>")), "{mail}");
        assert!(
            header("From: ").starts_with(from) && mail.contains(&format!(" <{address}>\r\n")),
            "{mail}"
        );
        assert!(header("Message-ID: ").ends_with(&format!("@{domain}>")), "{mail}");
        assert_eq!(header("Auto-Submitted: "), "auto-generated");
        assert!(!header("Date: ").is_empty());
        assert!(!mail.contains("\nReply-To:"), "{mail}");
    }
}

/// C-32: a sender with a name passes the check, and mails leave with it; what would not leave is refused.
#[tokio::test]
async fn what_the_check_passes_is_sent() {
    let check = |name: &'static str, value: &str| {
        let folder = TempDir::new().unwrap();
        let environment = [
            ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
            ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
            ("ACCOUNTD_MAIL__URL", "smtp://127.0.0.1:1"),
            ("ACCOUNTD_MAIL__FROM", "accounts@example.com"),
            (name, value),
        ];
        let output = accountd(folder.path(), &["config", "check"], &environment).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    for from in ["Accounts <no-reply@example.com>", "Bücher, Inc. <a@bücher.example>"] {
        assert!(check("ACCOUNTD_MAIL__FROM", from).0, "{from}");
        let fake_server = FakeServer::smtp().await;
        let settings = settings(&fake_server).replace("accounts@example.com", from);
        send(&TestApp::with(&settings).await).await;
        assert_eq!(fake_server.received().len(), 1, "{from}");
    }
    for (name, value, expected) in [
        ("ACCOUNTD_MAIL__FROM", "Accounts", "mail.from: not an email address"),
        (
            "ACCOUNTD_MAIL__FROM",
            "bücher@example.com",
            "mail.from: what stands before the @ is not ASCII",
        ),
        ("ACCOUNTD_MAIL__HELLO", "vm", "mail.hello: neither a full host name"),
        ("ACCOUNTD_MAIL__URL", "smtp://host?tls=perhaps", "mail.url: tls must be none"),
        ("ACCOUNTD_MAIL__URL", "smtp://user:%ff@host", "mail.url: "),
        ("ACCOUNTD_MAIL__TEMPLATES", "/missing", "mail.templates: "),
        ("ACCOUNTD_SMS__URL", "twilio://account@number", "lacks the token"),
        ("ACCOUNTD_REDIS__URL", "redis://host/x", "redis.url: "),
        ("ACCOUNTD_DATABASE__URL", "postgres://host/a?sslmode=perhaps", "database.url: "),
        ("ACCOUNTD_GRAPHQL__DOCUMENTS", "/missing", "graphql.documents: "),
        ("ACCOUNTD_GEOIP__DATABASE", "/etc/passwd", "geoip.database"),
    ] {
        let (is_well, error) = check(name, value);
        assert!(!is_well && error.contains(expected), "{name} {value}: {error}");
    }
}
