//! What packages and containers call: health, completions, manual pages; and a start without what it needs.

use std::fs;
use std::net::TcpListener;

use tempfile::TempDir;

use crate::support::{Server, accountd};

/// Runs a command, and returns what it prints if it succeeds, otherwise the one line of its error.
fn run(words: &str, environment: &[(&str, &str)]) -> Result<String, String> {
    let folder = TempDir::new().unwrap();
    let words: Vec<_> = words.split(' ').collect();
    let output = accountd(folder.path(), &words, environment).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    assert_eq!(error.lines().count(), 1, "{error}");
    Err(error)
}

/// An address at which nothing listens.
fn nowhere() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn health_is_the_exit_code_of_a_command() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path());

    assert_eq!(run("health", &[("ACCOUNTD_LISTEN", &server.address)]).unwrap(), "ok\n");

    let nowhere = nowhere();
    let error = run("health", &[("ACCOUNTD_LISTEN", &nowhere)]).unwrap_err();
    assert!(error.starts_with(&format!("accountd: not ready: {nowhere}: ")), "{error}");
    let error = run("health", &[("ACCOUNTD_LISTEN", "127.0.0.1:0")]).unwrap_err();
    assert!(error.starts_with("accountd: listen: "), "{error}");
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&format!("completions {shell}"), &[]).unwrap();

        assert!(script.contains("accountd") && script.contains("restore"), "{shell}: {script}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("man1");

    run(&format!("man {}", pages.display()), &[]).unwrap();

    for page in ["accountd.1", "accountd-serve.1", "accountd-user.1", "accountd-user-create.1"] {
        let text = fs::read_to_string(pages.join(page)).unwrap();
        assert!(text.contains(".TH") && text.contains("SYNOPSIS"), "{page}: {text}");
    }
    // For packagers, not in the manual.
    assert!(!pages.join("accountd-man.1").exists());
}

#[test]
fn a_start_without_redis_is_one_line() {
    let redis = format!("redis://{}", nowhere());
    let settings = [("ACCOUNTD_REDIS__URL", redis.as_str()), ("ACCOUNTD_LISTEN", "127.0.0.1:0")];

    let error = run("dev", &settings).unwrap_err();

    assert!(error.starts_with("accountd: ") && error.contains("refused"), "{error}");
}
