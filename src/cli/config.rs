//! `accountd config`: checks and shows the configuration.

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{causes, print};
use super::{load_all, load_checked, warnings};
use crate::client::country::Countries;
use crate::config::{Config, ConfigErrors, Loaded, Mode, schema};
use crate::crypto::keys::Keys;
use crate::crypto::password_hash::PasswordHasher;
use crate::graphql::documents::TrustedDocuments;
use crate::message::Messages;
use crate::oauth::Providers;

/// The widest column of settings.
const MAX_WIDTH: usize = 64;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Report everything that keeps `serve` from starting
    Check,
    /// Print the settings in effect, each with where it comes from; secrets as stars
    Show(Show),
    /// Print the JSON Schema of the configuration file, for editors
    Schema,
}

#[derive(Args, Debug)]
pub(super) struct Show {
    /// Show the settings of `accountd dev`
    #[arg(long)]
    dev: bool,
    /// Print JSON: of each setting its value and its source
    #[arg(long)]
    json: bool,
}

impl Command {
    pub(super) fn run(&self, path: Option<&Path>) -> anyhow::Result<()> {
        match self {
            Self::Check => check(path),
            Self::Show(show) => show.run(path),
            Self::Schema => print(serde_json::to_string_pretty(&schema::schema())?),
        }
    }
}

fn check(path: Option<&Path>) -> anyhow::Result<()> {
    let config = load_checked(path, Mode::Serve)?.config;
    open(&config)?;
    for warning in warnings(&config)? {
        print(format_args!("warning: {warning}"))?;
    }
    print("the configuration is valid")
}

impl Show {
    fn run(&self, path: Option<&Path>) -> anyhow::Result<()> {
        let mode = if self.dev { Mode::Dev } else { Mode::Serve };
        let Loaded { settings, problems, .. } = load_all(path, mode)?;
        let shown = settings.shown();
        if self.json {
            let shown = shown.map(|(key, value, origin)| {
                (key.to_owned(), json!({"value": value, "source": origin.to_string()}))
            });
            let shown: serde_json::Map<_, _> = shown.collect();
            print(serde_json::to_string_pretty(&shown)?)?;
        } else {
            let lines: Vec<_> = shown
                .map(|(key, value, origin)| (format!("{key} = {value}"), origin.to_string()))
                .collect();
            let longest = lines.iter().map(|(setting, _)| setting.chars().count()).max();
            let width = longest.unwrap_or_default().min(MAX_WIDTH);
            for (setting, origin) in lines {
                print(format_args!("{setting:width$}  # {origin}"))?;
            }
        }
        // What is wrong is in none of these settings.
        Ok(problems.into_result()?)
    }
}

/// Loads everything that a start loads, except the databases and the port, so that a checked configuration
/// starts.
fn open(config: &Config) -> anyhow::Result<()> {
    let keys = Keys::read(config)?;
    let opened = [
        Messages::open(config, &keys).map(drop),
        Providers::open(config).map(drop),
        Countries::open(config.geoip.database.as_deref()).map(drop).context("geoip.database"),
        TrustedDocuments::open(&config.graphql).map(drop),
        PasswordHasher::new(&config.password).map(drop),
    ];
    let mut problems = ConfigErrors::default();
    for error in opened.into_iter().filter_map(Result::err) {
        problems.note(causes(&error));
    }
    Ok(problems.into_result()?)
}
