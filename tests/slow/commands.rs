//! `accountd user` and `accountd message`: while the server runs, through its socket, and while it doesn't.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, accountd, stores};

mod dev;
mod examples;
mod import;
mod messages;
mod socket;
mod unmigrated;
mod users;

/// The folder of a development server, on the stores of the tests.
struct DataFolder {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl DataFolder {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let common = [("ACCOUNTD_LIMITS__RATES", "false"), ("ACCOUNTD_PASSWORD__MEMORY_KIB", "8")];
        let common = common.map(|(name, value)| (name, value.to_owned()));
        let settings = stores(folder.path()).into_iter().chain(common).collect();
        Self { folder, settings }
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn socket(&self) -> PathBuf {
        self.path("data/accountd.db.sock")
    }

    fn start(&self) -> Server {
        Server::start_with(self.folder.path(), &self.settings())
    }

    /// Runs a command with these words, and a text at its standard input.
    fn run_with(&self, words: &[&str], input: &str) -> Output {
        let words = [words, &["--dev"]].concat();
        let mut command = accountd(self.folder.path(), &words, &self.settings());
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn run(&self, words: &str) -> Output {
        self.run_with(&words.split(' ').collect::<Vec<_>>(), "")
    }

    /// The output of a command that succeeds.
    fn printed(&self, words: &str) -> String {
        printed(&self.run(words))
    }

    /// The JSON that a command prints that succeeds.
    fn json(&self, words: &str) -> Value {
        serde_json::from_str(&self.printed(&format!("{words} --json"))).unwrap()
    }

    /// The line that a command prints that fails.
    fn error_of(&self, words: &str) -> String {
        error_of(&self.run(words))
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

fn printed(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && error.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn error_of(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1), "{output:?}");
    text
}

/// The words of a line, as `awk` sees them.
fn words<'a>(text: &'a str, first: &str) -> Vec<&'a str> {
    let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.find(|words| words.first() == Some(&first)).unwrap_or_else(|| panic!("{text}"))
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
