//! `accountd key`: keys are stored, listed and revoked while a server serves.

use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, accountd, exchange};

struct DataFolder(TempDir);

impl DataFolder {
    fn run(&self, arguments: &[&str]) -> Output {
        let database = format!("sqlite://{}/accountd.db", self.0.path().display());
        let environment = [("ACCOUNTD_DATABASE__URL", database.as_str())];
        accountd(self.0.path(), arguments, &environment).output().unwrap()
    }

    fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && error.is_empty(), "{error}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn error_of(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

const NEW: [&str; 9] = [
    "key",
    "new",
    "--project",
    "default",
    "--name",
    "The shop",
    "--scope",
    "users.read",
    "--store",
];

/// The type of the error with which the server answers a caller with the key.
fn called(server: &Server, key: &str) -> String {
    let head = format!(
        "GET /v1/users/nobody HTTP/1.1\r\nHost: x\r\nX-Appwrite-Key: {key}\r\nConnection: close\r\n\r\n"
    );
    let answer = exchange(&server.address, &head).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let json: Value = serde_json::from_str(body).unwrap();
    json["type"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_is_stored_and_revoked_while_a_server_serves() {
    let data = DataFolder(TempDir::new().unwrap());
    let server = Server::serve(data.0.path(), &[]);

    let printed = data.print(&NEW);
    let (key, rest) = printed.split_once('\n').unwrap();
    let id = rest.trim().rsplit(' ').next().unwrap();
    assert_eq!(called(&server, key), "user_not_found");
    assert_eq!(called(&server, "ak_other"), "user_unauthorized");
    let list = data.print(&["key", "list"]);
    let line = list.lines().find(|line| line.contains(id)).unwrap();
    assert!(line.contains("default") && line.contains("The shop"), "{list}");
    assert!(line.contains("users.read") && line.ends_with("valid"), "{list}");
    assert!(!list.contains(key) && list.starts_with("ID "), "{list}");

    data.print(&["key", "revoke", id]);
    assert_eq!(called(&server, key), "user_unauthorized");
    assert!(data.print(&["key", "revoke", id]).contains("was revoked before"));
    assert!(data.print(&["key", "list"]).contains("  revoked 20"));
    let unknown = data.error_of(&["key", "list", "--project", "other"]);
    assert!(unknown.contains("there is no project `other`, only default"), "{unknown}");
}

#[test]
fn impossible_commands_fail_with_one_line() {
    let data = DataFolder(TempDir::new().unwrap());
    let nowhere = data.error_of(&["key", "list"]);
    data.print(&["migrate"]);
    let project = [&NEW[..3], &["shop"], &NEW[4..]].concat();
    let expired = [&NEW[..], &["--expires", "2020-01-01"]].concat();

    assert!(nowhere.contains("there is no database at"), "{nowhere}");
    assert!(nowhere.contains("--dev"), "{nowhere}");
    for (arguments, problem) in [
        (project, "there is no project `shop`, only default"),
        (expired, "the key would have expired already"),
        (vec!["key", "revoke", "none"], "there is no key with the id none"),
    ] {
        let error = data.error_of(&arguments);
        assert!(error.contains(problem), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let nameless = ["key", "new", "--project", "default", "--scope", "users.read", "--store"];
    assert!(data.error_of(&nameless).contains("--name"));
}

/// Without `--project`, a key is for the only project; with `--dev`, it is for the data of `accountd dev`.
#[test]
fn a_key_is_for_the_only_project_also_of_a_development_server() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path());
    let run = |words: &str| {
        let words: Vec<_> = words.split(' ').collect();
        let output = accountd(folder.path(), &words, &[]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };

    let printed = run("key new --name Shop --scope users.read --store --dev");
    let (key, _) = printed.split_once('\n').unwrap();

    assert_eq!(called(&server, key), "user_not_found");
    let list = run("key list --dev");
    let line = list.lines().find(|line| line.contains("Shop")).unwrap();
    assert!(line.ends_with("valid") && line.contains('–'), "{list}");
}
