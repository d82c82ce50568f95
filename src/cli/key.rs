//! `accountd key`: creates, lists and revokes keys for a project's servers.

use std::path::Path;

use clap::{Args, Subcommand};

use super::data_source::DataSource;
use super::output::print;
use crate::crypto::keys::Keys;
use crate::message::webhook_secret;

mod list;
mod new;
mod revoke;

#[derive(Args, Debug)]
pub(super) struct Key {
    #[command(flatten)]
    source: DataSource,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create an API key: prints it once, with its entry for the configuration, or stores it in the database
    New(new::New),
    /// List the API keys of the configuration and of the database
    List(list::List),
    /// Revoke an API key of the database, at once and for ever
    Revoke(revoke::Revoke),
    /// Print the secret that signs SMS webhook calls, in the format of Standard Webhooks libraries
    Webhook,
}

impl Key {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let config = || self.source.load(path);
        match self.command {
            Command::New(new) => new.run(config).await,
            Command::List(list) => list.run(&config()?).await,
            Command::Revoke(revoke) => revoke.run(&config()?).await,
            Command::Webhook => {
                let secret = config()?.read_master_secret()?;
                print(webhook_secret(&Keys::new(secret.expose().as_bytes())))
            }
        }
    }
}
