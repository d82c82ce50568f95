//! Helpers of the tests of settings.

use std::fs;

use tempfile::NamedTempFile;

use super::*;

mod check;
mod effective;
mod field_limits;
mod layers;
mod master_secret;
mod providers;
mod sign_up;
mod webhooks;

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
fn config_with(text: &str) -> Config {
    let environment = variables(&[
        ("ACCOUNTD_MASTER_SECRET", SECRET),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
    ]);
    Config::load(Some(file(text).path()), environment, Mode::Serve).unwrap()
}

/// The errors of `text` over complete settings.
fn problems_of(text: &str) -> String {
    config_with(text).check().unwrap_err().to_string()
}

/// The error of a file, without its name.
fn error_of_file(text: &str) -> String {
    let file = file(text);
    let error = Config::load(Some(file.path()), [], Mode::Serve).unwrap_err().to_string();
    let name = format!("{}: ", file.path().display());
    error.strip_prefix(&name).unwrap().to_owned()
}

/// The error of a variable.
fn error_of_variable(name: &str, value: &str) -> String {
    Config::load(None, variables(&[(name, value)]), Mode::Serve).unwrap_err().to_string()
}
