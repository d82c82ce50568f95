//! SIGHUP: what a running server takes over, and what it doesn't.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::{Server, exchange};

/// The hash of the key `ak_server`.
const KEY: &str = "ebd1bd2a13b9a520de7174f9fe09590e7fdbfc46db0fecb4edcb2c6c9e06590a";

fn start(folder: &Path, settings: &str) -> Server {
    let database = format!("sqlite://{}/accountd.db", folder.display());
    fs::write(folder.join("accountd.toml"), settings).unwrap();
    let needed = [
        ("ACCOUNTD_DATABASE__URL", database.as_str()),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
        ("ACCOUNTD_MASTER_SECRET", crate::support::MASTER_SECRET),
    ];
    Server::start_as(folder, &["--config", "accountd.toml", "serve"], &needed)
}

/// Writes other settings, and waits until the server has logged what became of them.
fn reload(server: &Server, folder: &Path, settings: &str, word: &str) -> String {
    let log = || fs::read_to_string(folder.join("log.txt")).unwrap();
    let before = log().matches(word).count();
    fs::write(folder.join("accountd.toml"), settings).unwrap();
    server.hang_up();
    for _ in 0..1_000 {
        let log = log();
        if log.matches(word).count() > before {
            return log.lines().rev().take(5).collect::<Vec<_>>().join("\n");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no `{word}` in {}", log());
}

/// Whether pages of a host may call the server.
fn admits(server: &Server, host: &str) -> bool {
    let request = format!(
        "GET /v1/ping HTTP/1.1\r\nHost: {}\r\nOrigin: https://{host}\r\nConnection: close\r\n\r\n",
        server.address
    );
    let answer = exchange(&server.address, &request).unwrap().to_lowercase();
    answer.contains(&format!("access-control-allow-origin: https://{host}"))
}

#[test]
fn changed_settings_count_without_a_restart() {
    let folder = TempDir::new().unwrap();
    let server = start(folder.path(), "platforms = ['one.example.com']");
    let sign_up = "mutation { accountCreate(userId: \"ada\", email: \"ada@example.com\", password: \"correct horse\") { _id } }";
    assert!(server.post("", sign_up)["errors"].is_null());
    let users = |server: &Server| {
        let answer = server.post_as("X-Appwrite-Key: ak_server", "{ usersList { total } }");
        answer["data"]["usersList"]["total"].clone()
    };
    assert!(users(&server).is_null());
    assert!(admits(&server, "one.example.com") && !admits(&server, "two.example.com"));

    let changed = format!(
        "platforms = ['two.example.com']
        limits.fields.accountCreateEmailPasswordSession = [{{ limit = 1, window = '1h', per = ['ip'] }}]
        [[projects]]
        id = 'default'
        api_keys = [{{ hash = '{KEY}', scopes = ['users.read'] }}]"
    );
    let output = reload(&server, folder.path(), &changed, "settings reloaded");

    assert!(
        output.contains("platforms") && output.contains("projects[0].api_keys[0].hash"),
        "{output}"
    );
    assert!(!output.contains("after a restart"), "{output}");
    assert_eq!(users(&server), 1);
    assert!(!admits(&server, "one.example.com") && admits(&server, "two.example.com"));
    let sign_in = "mutation { accountCreateEmailPasswordSession(email: \"ada@example.com\", password: \"wrong guess\") { _id } }";
    let kinds =
        [(); 2].map(|()| server.post("", sign_in)["errors"][0]["extensions"]["type"].clone());
    assert_eq!(kinds, ["user_invalid_credentials", "general_rate_limit_exceeded"]);
    server.stop();
}

#[test]
fn settings_that_are_not_valid_change_nothing_and_others_wait_for_a_restart() {
    let folder = TempDir::new().unwrap();
    let server = start(folder.path(), "platforms = ['one.example.com']");

    for broken in ["platforms = ", "platforms = 'two.example.com'\nlimits.batch = 0", "colour = 1"]
    {
        let output = reload(&server, folder.path(), broken, "not reloaded");
        assert!(output.contains("stay as they were"), "{output}");
        assert!(admits(&server, "one.example.com") && !admits(&server, "two.example.com"));
    }
    let later = "platforms = ['two.example.com']\njwt.ttl_seconds = 60\nredis.instances = 2";
    let output = reload(&server, folder.path(), later, "only after a restart");

    assert!(output.contains("only after a restart: jwt.ttl_seconds, redis.instances"), "{output}");
    assert!(admits(&server, "two.example.com"));
    server.stop();
}
