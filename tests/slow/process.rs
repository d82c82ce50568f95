//! The started binary: what it says, and how it refuses to start.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use accountd::config::Mode;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{FakeServer, MASTER_SECRET, Server, accountd, connect, exchange, sdl};

/// The one line that a failed start leaves.
fn error_of(output: &Output) -> String {
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

    let error = error_of(&output);
    assert!(error.contains("can't listen") && error.contains(&server.address), "{error}");
}

/// DU-7: one server at a time on a data directory, and the next one as soon as the first is gone, however it went.
#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = TempDir::new().unwrap();
    let first = Server::start(folder.path());

    let output =
        accountd(folder.path(), &[], &[("ACCOUNTD_LISTEN", "127.0.0.1:0")]).output().unwrap();
    assert!(error_of(&output).contains("another accountd"));

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
        let error = error_of(&output);
        assert!(error.contains(part), "{error}");
    }
    let output =
        accountd(folder.path(), &[], &[("ACCOUNTD_MAIL__COLOUR", "red")]).output().unwrap();
    assert!(error_of(&output).to_lowercase().contains("colour"));
}

/// C-18: variables that Kubernetes makes for a service called accountd stop nothing, and are named once.
#[test]
fn variables_of_kubernetes_are_named_once() {
    let folder = TempDir::new().unwrap();
    let made = [("ACCOUNTD_PORT", "tcp://10.0.0.7:8080"), ("ACCOUNTD_SERVICE_HOST", "10.0.0.7")];

    drop(Server::serve(folder.path(), &made));

    let log = std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
    let warnings: Vec<_> = log.lines().filter(|line| line.contains("ACCOUNTD_PORT")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings[0].contains("ACCOUNTD_SERVICE_HOST") && !warnings[0].contains("10.0.0.7"));
}

/// C-49: a proxy that isn't in the settings is named once, with the setting.
#[test]
fn an_untrusted_proxy_is_named_once() {
    let folder = TempDir::new().unwrap();
    let ask = |server: &Server, header: &str| {
        let request =
            format!("GET /v1/account HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n");
        exchange(&server.address, &request).unwrap()
    };
    let warnings = || {
        let log = std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
        log.lines().filter(|line| line.contains("trusted_proxies")).map(str::to_owned).collect()
    };
    let server = Server::serve(folder.path(), &[]);

    ask(&server, "X-Other: x");
    for header in ["X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9", "X-Real-IP: ::1"] {
        ask(&server, header);
    }

    drop(server);
    let logged: Vec<String> = warnings();
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert!(logged[0].contains("127.0.0.1") && logged[0].contains("WARN"), "{logged:?}");
    let trusting = Server::serve(folder.path(), &[("ACCOUNTD_TRUSTED_PROXIES", "127.0.0.1")]);
    ask(&trusting, "X-Forwarded-For: 203.0.113.9");
    drop(trusting);
    assert_eq!(warnings(), logged);
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

    assert!(error_of(&serve(&[])).contains("master_secret"));
    for weak in ["", "short", "changeme", &"x".repeat(64)] {
        let error = error_of(&serve(&[("ACCOUNTD_MASTER_SECRET", weak)]));
        assert!(error.contains("master_secret") && !error.contains("xxxx"), "{error}");
    }
    let key = folder.path().join("key");
    std::fs::write(&key, MASTER_SECRET).unwrap();
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let readable = serve(&[("ACCOUNTD_MASTER_SECRET_FILE", key.to_str().unwrap())]);
    assert!(error_of(&readable).contains("0600"));
    let nothing = accountd(folder.path(), &["serve"], &[]).output().unwrap();
    let lines = String::from_utf8_lossy(&nothing.stderr).trim().lines().count();
    assert!(!nothing.status.success() && lines >= 3, "{lines}");
}

/// DL-2, N-87: in production the log is one JSON object a line, whatever clients send, also while calls fail and limits
/// are reached.
#[test]
fn the_log_of_production_is_json() {
    const HOSTILE: &str = "\u{1b}[31m\0\u{202e}\r\n{\"level\":\"ERROR\"}";
    let folder = TempDir::new().unwrap();
    let server = Server::serve(folder.path(), &[("RUST_LOG", "debug")]);
    let post = |fields: &str, agent: &str| {
        let document = format!("mutation($s: String!) {{ {fields} }}");
        let body = json!({"query": document, "variables": {"s": HOSTILE}}).to_string();
        let head = format!(
            "POST /v1/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nUser-Agent: {agent}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        exchange(&server.address, &(head + &body)).unwrap()
    };

    let mut answers = String::new();
    for agent in ["\u{202e}\u{85}\u{2028}curl", "curl\u{1b}[31m"] {
        for _ in 0..11 {
            answers += &post(
                "accountCreate(userId: \"unique()\", email: $s, password: $s, name: $s) { _id } \
                 accountCreateEmailSession(email: $s, password: $s) { _id } \
                 accountUpdateName(name: $s) { _id }",
                agent,
            );
        }
    }

    drop(server);
    for expected in
        ["general_argument_invalid", "general_unauthorized_scope", "general_rate_limit_exceeded"]
    {
        assert!(answers.contains(expected), "{expected}");
    }
    let log = std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
    assert!(log.contains("rate limit exceeded"));
    for line in log.split('\n').filter(|line| !line.is_empty()) {
        let json: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(json["level"].is_string() && !line.contains(['\u{1b}', '\0', '\r']), "{line}");
    }
}

#[test]
fn the_schema_is_printed() {
    let folder = TempDir::new().unwrap();

    let output = accountd(folder.path(), &["schema"], &[]).output().unwrap();

    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), sdl(Mode::Serve).trim());
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
    let fake_server = FakeServer::smtp().await;
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let mail = format!("smtp://127.0.0.1:{}", fake_server.port);
    let healthy = [
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MASTER_SECRET", "7f0c2e9b64d1a8533be47a90c6f21d5e"),
        ("ACCOUNTD_DATABASE__URL", &database),
        ("ACCOUNTD_MAIL__URL", &mail),
        ("ACCOUNTD_MAIL__FROM", "accounts@example.com"),
        ("ACCOUNTD_PLATFORMS", "app.example.com"),
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
    assert!(fake_server.received()[0].contains("RCPT TO:<ada@example.com>"));
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
    // C-51: mails that others can read.
    let mails = folder.path().join("mails");
    let old = mails.join("old.eml");
    let url: &str = format!("folder:{}", mails.display()).leak();
    let (is_well, report) = run(&[], Some(("ACCOUNTD_MAIL__URL", url))).await;
    assert!(is_well && report.contains("ok   mail: files can be written"), "{report}");
    std::fs::write(&old, "Subject: x").unwrap();
    std::fs::set_permissions(&old, Permissions::from_mode(0o644)).unwrap();
    let (is_well, report) = run(&[], Some(("ACCOUNTD_MAIL__URL", url))).await;
    assert!(
        !is_well && report.contains("old.eml can be accessed by others (mode 0644): use 0600"),
        "{report}"
    );
    let calls = FakeServer::http().await;
    let webhook = format!("http://127.0.0.1:{}/sms", calls.port).leak();
    let with_sms = Some(("ACCOUNTD_SMS__URL", &*webhook));
    let (is_well, report) = run(&["--sms", "+12065550100"], with_sms).await;
    assert!(is_well && report.contains("ok   test message: accepted by the provider"), "{report}");
    assert!(calls.received()[0].contains("\"to\":\"+12065550100\""), "{:?}", calls.received());
    let (is_well, report) = run(&["--mail", "nobody", "--sms", "+12065550100"], None).await;
    assert!(!is_well && report.contains("bad  test mail: not an e-mail address"), "{report}");
    assert!(report.contains("bad  test message: there is no SMS provider"), "{report}");
}

/// Check and doctor report providers that keep the server from starting, or that nobody could sign in with.
#[tokio::test(flavor = "multi_thread")]
async fn providers_are_looked_at() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let environment = [
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
        ("ACCOUNTD_DATABASE__URL", &database),
        ("ACCOUNTD_MAIL__URL", "none:"),
    ];
    let run = |arguments: &[&str], provider: &str| {
        let file = folder.path().join("accountd.toml");
        std::fs::write(&file, format!("[providers]\n{provider}\n")).unwrap();
        let arguments = [&["--config", "accountd.toml"], arguments].concat();
        let output = accountd(folder.path(), &arguments, &environment).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let apple = "apple = { kind = \"apple\", client_id = \"c\", team_id = \"T\", key_id = \"K\", private_key = \"x\" }";
    let nobody = "corp = { kind = \"oidc\", issuer = \"http://127.0.0.1:1\", client_id = \"c\", client_secret = \"s\" }";
    let github = "github = { kind = \"github\", client_id = \"c\", client_secret = \"s\" }";

    for (arguments, provider, is_well, expected) in [
        (&["config", "check"][..], apple, false, "apple"),
        (&["doctor"], apple, false, "bad  providers: "),
        (&["config", "check"], nobody, true, "is valid"),
        (&["doctor"], nobody, false, "bad  provider corp: "),
        (&["doctor"], github, true, "ok   provider github: in order"),
    ] {
        let (succeeded, text) = run(arguments, provider);
        assert_eq!(succeeded, is_well, "{arguments:?}: {text}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}

/// PW-1: a password that was hashed at less than today's cost is hashed anew at sign-in; a stored hash that asks for a
/// tebibyte is refused, and not run.
#[tokio::test(flavor = "multi_thread")]
async fn stored_hashes_are_renewed_or_refused() {
    let folder = TempDir::new().unwrap();
    let start = |memory: &str| {
        let settings =
            [("ACCOUNTD_PASSWORD__MEMORY_KIB", memory), ("ACCOUNTD_PASSWORD__ITERATIONS", "1")];
        Server::start_with(folder.path(), &settings)
    };
    let user = "email: \"ada@example.com\", password: \"correct horse battery\"";
    let sign_up = format!("mutation {{ accountCreate(userId: \"ada\", {user}) {{ _id }} }}");
    let sign_in = format!("mutation {{ accountCreateEmailSession({user}) {{ _id }} }}");
    let url = format!("sqlite://{}/data/accountd.db", folder.path().display());
    let db = async || connect(&url).await;
    start("8").field("", &sign_up);
    start("1024").field("", &sign_in);

    let ada = entity::user::Entity::find().one(&db().await).await.unwrap().unwrap();
    let hash = ada.password_hash.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{hash}");
    let poison =
        "UPDATE users SET password_hash = replace(password_hash, 'm=1024', 'm=1073741824')";
    assert_eq!(db().await.execute_unprepared(poison).await.unwrap().rows_affected(), 1);
    let server = start("1024");
    let refused = server.post("", &sign_in);
    assert_eq!(refused["errors"][0]["extensions"]["type"], "user_invalid_credentials");
    assert!(server.peak_memory() < 1024 * 1024);
}

/// The secret of webhooks is the one that calls are signed with, and always the same.
#[test]
fn the_webhook_secret_is_printed() {
    let folder = TempDir::new().unwrap();
    let environment = [("ACCOUNTD_MASTER_SECRET", "7f0c2e9b64d1a8533be47a90c6f21d5e")];
    let output = accountd(folder.path(), &["key", "webhook"], &environment).output().unwrap();
    let keys = accountd::crypto::keys::Keys::new(b"7f0c2e9b64d1a8533be47a90c6f21d5e");

    let printed = String::from_utf8(output.stdout).unwrap();

    assert_eq!(printed.trim(), accountd::message::webhook_secret(&keys));
}

/// RL-16: the operator is warned once that a limit of text messages is reached.
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
    drop(server);
    let log = std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
    assert_eq!(log.matches("no more SMS").count(), 1, "{log}");
}
