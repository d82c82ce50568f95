//! `accountd key`: creates, lists and revokes keys for a project's servers.

use clap::Subcommand;

use crate::config::Config;
use crate::crypto::keys::Keys;
use crate::message::webhook_secret;

mod list;
mod new;
mod revoke;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an API key: prints it once, with its entry for the configuration, or stores it in the database
    New(new::New),
    /// List the API keys of the configuration and of the database
    List(list::List),
    /// Revoke an API key of the database, at once and for ever
    Revoke(revoke::Revoke),
    /// Print the secret that signs SMS webhook calls, in the format of Standard Webhooks libraries
    Webhook,
}

impl Command {
    pub(super) async fn run(
        self,
        config: impl FnOnce() -> anyhow::Result<Config>,
    ) -> anyhow::Result<()> {
        match self {
            Self::New(new) => new.run(config).await,
            Self::List(list) => list.run(&config()?).await,
            Self::Revoke(revoke) => revoke.run(&config()?).await,
            Self::Webhook => {
                let secret = config()?.read_master_secret()?;
                println!("{}", webhook_secret(&Keys::new(secret.expose().as_bytes())));
                Ok(())
            }
        }
    }
}
