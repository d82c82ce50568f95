//! Standard output that is closed, as by `head`, or full.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;

use crate::support::{MASTER_SECRET, accountd};

const COMMANDS: [&str; 11] = [
    "migrate",
    "config show",
    "config show --json",
    "config schema",
    "config check",
    "doctor",
    "schema",
    "completions bash",
    "key new --project default --scope users.read",
    "key list",
    "jwt list",
];
const STORE: &str = "key new --name Shop --scope users.read --store";

fn run(folder: &Path, words: &str, output: impl Into<Stdio>) -> Output {
    let database = format!("sqlite://{}/accountd.db", folder.display());
    let environment = [
        ("ACCOUNTD_DATABASE__URL", database.as_str()),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
        ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
    ];
    let words: Vec<_> = words.split(' ').collect();
    accountd(folder, &words, &environment).stdout(output).output().unwrap()
}

/// A pipe that nobody reads.
fn closed() -> Stdio {
    std::io::pipe().unwrap().1.into()
}

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// Each command does its work for a reader who has gone, and fails with one line where there is no room.
#[test]
fn no_command_panics_at_what_it_prints() {
    let folder = TempDir::new().unwrap();
    for words in COMMANDS {
        let output = run(folder.path(), words, closed());
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), error.as_str()), (Some(0), ""), "{words}");

        let output = run(folder.path(), words, full());
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words}: {error}");
        assert_eq!(error, "accountd: No space left on device (os error 28)\n", "{words}");
    }
}

/// A key is shown only once: one that nobody has seen is not stored.
#[test]
fn a_key_that_nobody_sees_is_not_stored() {
    let folder = TempDir::new().unwrap();
    assert!(run(folder.path(), "migrate", Stdio::piped()).status.success());

    for (output, cause) in [(full(), "No space left on device"), (closed(), "Broken pipe")] {
        let output = run(folder.path(), STORE, output);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.starts_with(&format!("accountd: the key is not stored: {cause}")), "{error}");
    }

    let list = run(folder.path(), "key list", Stdio::piped());
    assert!(!String::from_utf8(list.stdout).unwrap().contains("Shop"));
    assert!(run(folder.path(), STORE, Stdio::piped()).status.success());
}
