//! `accountd config`: checks the configuration.

use anyhow::Context;
use clap::Subcommand;

use super::{check, warnings};
use crate::client::country::Countries;
use crate::config::{Config, ConfigErrors};
use crate::crypto::keys::Keys;
use crate::crypto::password_hash::PasswordHasher;
use crate::graphql::documents::TrustedDocuments;
use crate::message::Messages;
use crate::oauth::Providers;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Report everything that keeps `serve` from starting
    Check,
}

impl Command {
    pub(super) fn run(&self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Check => {
                check(config)?;
                open(config)?;
                for warning in warnings(config)? {
                    println!("warning: {warning}");
                }
            }
        }
        println!("the configuration is valid");
        Ok(())
    }
}

/// Loads everything that a start loads, except the databases and the port, so that a checked configuration
/// starts.
fn open(config: &Config) -> anyhow::Result<()> {
    let keys = Keys::new(config.read_master_secret()?.expose().as_bytes());
    let opened = [
        Messages::open(config, &keys).map(drop),
        Providers::open(config).map(drop),
        Countries::open(config.geoip.database.as_deref()).map(drop).context("geoip.database"),
        TrustedDocuments::open(&config.graphql).map(drop),
        PasswordHasher::new(&config.password).map(drop),
    ];
    let mut problems = ConfigErrors::default();
    for error in opened.into_iter().filter_map(Result::err) {
        problems.note(format!("{error:#}"));
    }
    Ok(problems.into_result()?)
}
