//! What the tests of the settings share.

use std::fs;

use tempfile::NamedTempFile;

use super::*;

mod check;
mod layers;
mod master_secret;
mod sign_up;

const SECRET: &str = "6f1d0a7be92c4358a1f07e6d3b5c2948";

fn file(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

fn variables(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The settings that the text of a file makes in production.
fn from_file(text: &str) -> anyhow::Result<Config> {
    Config::load(Some(file(text).path()), [], Mode::Serve)
}

/// Settings with which `serve` starts, and over them `text`.
fn complete(text: &str) -> Config {
    let environment = variables(&[
        ("ACCOUNTD_MASTER_SECRET", SECRET),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
    ]);
    Config::load(Some(file(text).path()), environment, Mode::Serve).unwrap()
}
