//! `accountd config`: tells whether the settings will do.

use clap::Subcommand;

use crate::config::Config;
use crate::oauth::Providers;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Tell everything that keeps `serve` from starting
    Check,
}

impl Command {
    pub(super) fn run(&self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Check => {
                config.check()?;
                Providers::open(config)?;
                for warning in config.warnings() {
                    println!("warning: {warning}");
                }
            }
        }
        println!("the settings are in order");
        Ok(())
    }
}
