//! `accountd webhook`, and what `accountd doctor` says of webhooks.

use std::path::Path;

use accountd::message::event_secret;
use entity::ProjectId;
use tempfile::TempDir;

use crate::support::{Behaviour, FakeServer, MASTER_SECRET, accountd};

/// Runs a command with two webhooks: `default/crm`, and `q/audit` at another port.
async fn run(folder: &Path, ports: [u16; 2], arguments: &[&str]) -> (bool, String) {
    let urls = ports.map(|port| format!("http://127.0.0.1:{port}/"));
    run_with(folder, urls.each_ref().map(String::as_str), arguments).await
}

/// The same with their URLs.
async fn run_with(folder: &Path, urls: [&str; 2], arguments: &[&str]) -> (bool, String) {
    let hook = |id: &str, url: &str| {
        format!("webhooks = [{{ id = '{id}', url = '{url}', events = ['*'] }}]")
    };
    let file = folder.join("accountd.toml");
    let projects = format!(
        "[[projects]]\nid = 'default'\n{}\n[[projects]]\nid = 'q'\n{}\n",
        hook("crm", urls[0]),
        hook("audit", urls[1])
    );
    std::fs::write(&file, projects).unwrap();
    let database = format!("sqlite://{}/accountd.db", folder.display());
    let environment = [
        ("ACCOUNTD_CONFIG", file.to_str().unwrap()),
        ("ACCOUNTD_DATABASE__URL", &database),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
        ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
    ];
    let mut command = accountd(folder, arguments, &environment);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// `accountd webhook test` sends each webhook an event, and prints what it answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_event_is_sent() {
    let folder = TempDir::new().unwrap();
    let (crm, audit) = (FakeServer::http().await, FakeServer::http().await);
    let ports = [crm.port, audit.port];
    audit.be(Behaviour::Refuses(503));
    let run = async |arguments: &[&str]| run(folder.path(), ports, arguments).await;

    let (is_well, printed) = run(&["webhook", "test"]).await;
    assert!(!is_well && printed.contains("ok   default/crm: 200 OK\n"), "{printed}");
    assert!(printed.contains("bad  q/audit: 503 Service Unavailable\n"), "{printed}");
    let (is_well, printed) = run(&["webhook", "test", "--project", "default"]).await;
    assert!(is_well && !printed.contains("audit"), "{printed}");
    assert!(run(&["webhook", "test", "crm"]).await.0);
    let (is_well, printed) = run(&["webhook", "test", "--project", "q", "crm"]).await;
    assert!(!is_well && printed.contains("there is no webhook `crm`, only q/audit"), "{printed}");

    let calls = crm.received();
    assert_eq!((calls.len(), audit.received().len()), (3, 1));
    assert!(calls.iter().all(|call| call.contains("\r\n\r\n{\"type\":\"test\",")), "{calls:?}");
    let (is_well, printed) = super::webhook::run(folder.path(), [1, 1], &["webhook", "test"]).await;
    assert!(!is_well && printed.contains("bad  default/crm: "), "{printed}");
}

/// The secrets are those that events are signed with.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_printed() {
    let folder = TempDir::new().unwrap();
    let keys = accountd::crypto::keys::Keys::new(MASTER_SECRET.as_bytes());
    let line = |project: &str, id: &str| {
        let secret = event_secret(&keys, &ProjectId::new(project), id);
        format!("{project}/{id} {secret}\n")
    };

    let all = run(folder.path(), [1, 1], &["webhook", "secret"]).await;
    let one = run(folder.path(), [1, 1], &["webhook", "secret", "audit"]).await;

    assert_eq!(all, (true, line("default", "crm") + &line("q", "audit")));
    let secret = event_secret(&keys, &ProjectId::new("q"), "audit");
    assert_eq!(one, (true, format!("{secret}\n")));
    let unknown = run(folder.path(), [1, 1], &["webhook", "secret", "--project", "shop"]).await;
    assert_eq!(
        unknown,
        (false, "accountd: there is no project `shop`, only default, q\n".to_owned())
    );
}

/// `accountd doctor` names the webhooks, and the command that tries them.
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_webhooks() {
    let folder = TempDir::new().unwrap();

    let (_, report) = run(folder.path(), [1, 1], &["doctor"]).await;

    let line = "ok   webhook q/audit: calls 127.0.0.1; `accountd webhook test` tries it\n";
    assert!(report.contains(line), "{report}");
}

/// What `serve` refuses is not called, by no command, and is no finding that all is well.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_refused_is_not_tested() {
    let folder = TempDir::new().unwrap();
    let other = FakeServer::http().await;
    let other_url = format!("http://127.0.0.1:{}/", other.port);
    for url in [
        "https://169.254.169.254/",
        "https://[::ffff:169.254.169.254]/",
        "https://2852039166/",
        "http://10.0.0.1/",
    ] {
        let (is_well, printed) =
            run_with(folder.path(), [url, &other_url], &["webhook", "test"]).await;
        assert!(!is_well, "{url}: {printed}");
        let problem = "accountd: projects.default.webhooks.crm.url: ";
        assert!(printed.starts_with(problem) && printed.lines().count() == 1, "{url}: {printed}");

        let (is_well, report) = run_with(folder.path(), [url, &other_url], &["doctor"]).await;
        assert!(!is_well && report.contains("bad  settings: projects.default.webhooks.crm.url: "));
        assert!(!report.contains("webhook default/crm"), "{url}: {report}");
        assert!(report.contains("ok   webhook q/audit: "), "{url}: {report}");
    }
    assert!(other.received().is_empty());
}
