//! The started binary: what it says, and how it refuses to start.

use std::fs::Permissions;
use std::io::BufRead;
use std::io::BufReader;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::support::Mood;
use crate::support::Server;
use crate::support::Sink;
use crate::support::accountd;
use crate::support::rounds;
use crate::support::try_post;

/// The one line that a failed start leaves.
fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.trim().lines().count(), 1, "{text}");
    text.trim().to_owned()
}

#[test]
fn a_port_in_use_is_one_line() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let server = Server::start(one.path());

    let output =
        accountd(two.path(), &["dev"], &[("ACCOUNTD_LISTEN", &server.address)]).output().unwrap();

    let refusal = refusal(&output);
    assert!(refusal.contains("can't listen") && refusal.contains(&server.address), "{refusal}");
}

/// DU-7: one server at a time on a data directory, and the next one as soon as the first is gone, however it went.
#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = TempDir::new().unwrap();
    let first = Server::start(folder.path());

    let output =
        accountd(folder.path(), &[], &[("ACCOUNTD_LISTEN", "127.0.0.1:0")]).output().unwrap();
    assert!(refusal(&output).contains("another accountd"));

    drop(first);
    Server::start(folder.path());
}

#[test]
fn a_bad_configuration_is_one_line() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("accountd.toml");
    for (text, part) in [
        ("listen = ", "accountd.toml"),
        ("colour = \"red\"", "colour"),
        ("listen = \"nowhere\"", "listen"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output =
            accountd(folder.path(), &["--config", "accountd.toml", "dev"], &[]).output().unwrap();
        let refusal = refusal(&output);
        assert!(refusal.contains(part), "{refusal}");
    }
    let output = accountd(folder.path(), &[], &[("ACCOUNTD_COLOUR", "red")]).output().unwrap();
    assert!(refusal(&output).to_lowercase().contains("colour"));
}

/// DL-7: `serve` wants a real master secret, and says everything that is missing, a line each.
#[test]
fn serve_refuses_a_missing_or_weak_secret() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let complete = [
        ("ACCOUNTD_DATABASE__URL", database.as_str()),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
        ("ACCOUNTD_LISTEN", "127.0.0.1:0"),
    ];
    let serve = |more: &[(&str, &str)]| {
        accountd(folder.path(), &["serve"], &[&complete, more].concat()).output().unwrap()
    };

    assert!(refusal(&serve(&[])).contains("master_secret"));
    for weak in ["", "short", "changeme", &"x".repeat(64)] {
        let refusal = refusal(&serve(&[("ACCOUNTD_MASTER_SECRET", weak)]));
        assert!(refusal.contains("master_secret") && !refusal.contains("xxxx"), "{refusal}");
    }
    let key = folder.path().join("key");
    std::fs::write(&key, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        .unwrap();
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let readable = serve(&[("ACCOUNTD_MASTER_SECRET_FILE", key.to_str().unwrap())]);
    assert!(refusal(&readable).contains("0600"));
    let nothing = accountd(folder.path(), &["serve"], &[]).output().unwrap();
    let lines = String::from_utf8_lossy(&nothing.stderr).trim().lines().count();
    assert!(!nothing.status.success() && lines >= 3, "{lines}");
}

/// DL-1: whenever the server is killed (200 times in the slow job), a change is there if and only if its row of the log
/// is, and none that was acknowledged is missing.
#[test]
fn a_kill_leaves_changes_and_their_log_together() {
    let folder = TempDir::new().unwrap();
    let mut server = Server::start(folder.path());
    let session = server.post("", "mutation { accountCreateAnonymousSession { secret } }");
    let session =
        session["data"]["accountCreateAnonymousSession"]["secret"].as_str().unwrap().to_owned();
    let mut acknowledged = 0;
    let rounds = rounds(12, 200) as u64;
    for round in 0..rounds {
        let address = server.address.clone();
        let secret = session.clone();
        let writer = std::thread::spawn(move || {
            let mut last = acknowledged;
            // Each change carries the number of the one before, plus one; the server dies in the midst of them.
            loop {
                let next = last + 1;
                let mutation =
                    format!(r#"mutation {{ accountUpdateName(name: "{next}") {{ name }} }}"#);
                let answer = try_post(&address, &secret, &mutation).unwrap_or_default();
                if answer["data"]["accountUpdateName"]["name"] != next.to_string().as_str() {
                    return last;
                }
                last = next;
            }
        });
        std::thread::sleep(std::time::Duration::from_millis(30 + 17 * (round % 24)));
        drop(server);
        acknowledged = writer.join().unwrap();

        server = Server::start(folder.path());
        let answer = server.post(&session, "{ accountGet { name } accountListLogs { total } }");
        let name: u64 = answer["data"]["accountGet"]["name"].as_str().unwrap().parse().unwrap_or(0);
        // The sign-in has written two rows; every change since has one.
        assert_eq!(answer["data"]["accountListLogs"]["total"], name + 2);
        assert!(name == acknowledged || name == acknowledged + 1, "{name} after {acknowledged}");
        acknowledged = name;
    }
    assert!(acknowledged > rounds, "{acknowledged}");
}

/// DL-2: in production the log is one JSON object a line, whatever clients send.
#[test]
fn the_log_of_production_is_json() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let secret = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let mut child = accountd(
        folder.path(),
        &["serve"],
        &[
            ("ACCOUNTD_DATABASE__URL", &database),
            ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
            ("ACCOUNTD_MAIL__URL", "none:"),
            ("ACCOUNTD_LISTEN", "127.0.0.1:0"),
            ("ACCOUNTD_MASTER_SECRET", secret),
        ],
    )
    .spawn()
    .unwrap();

    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut ready = false;
    for line in lines {
        let json: serde_json::Value = serde_json::from_str(&line).expect(&line);
        if json["message"]
            .as_str()
            .is_some_and(|message| message.starts_with("listening on http://"))
        {
            ready = true;
            break;
        }
    }
    let _ = child.kill();
    let _ = child.wait();

    assert!(ready);
}

#[test]
fn the_schema_is_printed() {
    let folder = TempDir::new().unwrap();

    let output = accountd(folder.path(), &["schema"], &[]).output().unwrap();

    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        accountd::schema::sdl(accountd::config::Mode::Serve).trim()
    );
}

fn doctor(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let mut all = vec!["doctor"];
    all.extend(arguments);
    let output = accountd(folder, &all, environment).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

/// The doctor names each thing that is wrong, and nothing else fails for it.
#[tokio::test]
async fn the_doctor_names_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let sink = Sink::smtp().await;
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let mail = format!("smtp://127.0.0.1:{}", sink.port);
    let healthy = [
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MASTER_SECRET", "7f0c2e9b64d1a8533be47a90c6f21d5e"),
        ("ACCOUNTD_DATABASE__URL", &database),
        ("ACCOUNTD_MAIL__URL", &mail),
        ("ACCOUNTD_MAIL__FROM", "accounts@example.com"),
    ];
    let path = folder.path().to_owned();
    let run = async |arguments: &'static [&'static str],
                     changed: Option<(&'static str, &'static str)>| {
        let environment: Vec<(String, String)> = healthy
            .into_iter()
            .chain(changed)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let path = path.clone();
        tokio::task::spawn_blocking(move || {
            let environment: Vec<_> =
                environment.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            doctor(&path, arguments, &environment)
        })
        .await
        .unwrap()
    };

    let (is_well, report) = run(&["--mail", "ada@example.com"], None).await;
    assert!(is_well, "{report}");
    assert!(report.lines().all(|line| line.starts_with("ok ")), "{report}");
    assert!(sink.taken()[0].contains("RCPT TO:<ada@example.com>"));
    for (changed, complaint) in [
        (("ACCOUNTD_MAIL__URL", "smtp://127.0.0.1:1"), "bad  mail: "),
        (("ACCOUNTD_MASTER_SECRET", "short"), "bad  settings: master_secret: "),
        (("ACCOUNTD_DATABASE__URL", "sqlite:///nowhere/accountd.db"), "bad  database: "),
        (("ACCOUNTD_REDIS__URL", "redis://127.0.0.1:1"), "bad  redis: "),
        (("ACCOUNTD_MAIL__TEMPLATES", "/nowhere"), "bad  mail and SMS: "),
    ] {
        let (is_well, report) = run(&[], Some(changed)).await;
        assert!(!is_well && report.contains(complaint), "{report}");
    }
    let (is_well, report) = run(&["--mail", "nobody", "--sms", "+12065550100"], None).await;
    assert!(!is_well && report.contains("bad  test mail: not an e-mail address"), "{report}");
    assert!(report.contains("bad  test message: there is no SMS provider"), "{report}");
}

/// The secret of webhooks is the one that calls are signed with, and always the same.
#[test]
fn the_webhook_secret_is_printed() {
    let folder = TempDir::new().unwrap();
    let environment = [("ACCOUNTD_MASTER_SECRET", "7f0c2e9b64d1a8533be47a90c6f21d5e")];
    let output = accountd(folder.path(), &["key", "webhook"], &environment).output().unwrap();
    let keys = accountd::keys::Keys::new(b"7f0c2e9b64d1a8533be47a90c6f21d5e");

    let printed = String::from_utf8(output.stdout).unwrap();

    assert_eq!(printed.trim(), accountd::message::webhook_secret(&keys));
}

/// NW-6: a server that is killed while its mail server hangs loses no message, and sends none more than twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_message() {
    let folder = TempDir::new().unwrap();
    let sink = Sink::smtp().await;
    let mail = format!("smtp://127.0.0.1:{}", sink.port);
    let path = folder.path().to_owned();
    let start = move || {
        let settings = [
            ("ACCOUNTD_MAIL__URL", mail.as_str()),
            ("ACCOUNTD_MAIL__FROM", "accounts@example.com"),
            ("ACCOUNTD_LIMITS__RATES", "false"),
        ];
        Server::start_with(&path, &settings)
    };
    sink.be(Mood::Hangs);
    let server = start();
    for n in 0..5 {
        let document = format!(
            "mutation {{ accountCreateEmailToken(userId: \"unique()\", email: \"user{n}@example.com\") {{ _id }} }}"
        );
        let begun = std::time::Instant::now();
        assert!(server.post("", &document).get("errors").is_none());
        assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    }
    while sink.held() < 5 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    drop(server);
    sink.be(Mood::Takes);

    let _server = start();

    for _ in 0..900 {
        if sink.taken().len() >= 5 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let mut recipients: Vec<_> = sink
        .taken()
        .iter()
        .map(|mail| mail.split("RCPT TO:<").nth(1).unwrap().split('>').next().unwrap().to_owned())
        .collect();
    recipients.sort();
    assert_eq!(recipients, [0, 1, 2, 3, 4].map(|n| format!("user{n}@example.com")));
}

/// RL-16: the operator is told once that a limit of text messages is reached.
#[test]
fn a_reached_limit_of_text_messages_is_one_alarm() {
    let folder = TempDir::new().unwrap();
    let settings = [("ACCOUNTD_SMS__PER_COUNTRY_DAILY", "2")];
    let server = Server::start_with(folder.path(), &settings);
    let mut refused = 0;
    for n in 0..8 {
        let answer = server.post(
            "",
            &format!(
                "mutation {{ accountCreatePhoneToken(userId: \"unique()\", phone: \"+1206555010{n}\") {{ _id }} }}"
            ),
        );
        refused += usize::from(answer.to_string().contains("general_rate_limit_exceeded"));
    }

    assert_eq!(refused, 6);
    let log = folder.path().join("log.txt");
    for _ in 0..100 {
        if std::fs::read_to_string(&log).unwrap().contains("no more text messages") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    drop(server);
    let log = std::fs::read_to_string(&log).unwrap();
    assert_eq!(log.matches("no more text messages").count(), 1, "{log}");
}
