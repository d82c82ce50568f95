//! `accountd key`: creates keys for a project's servers.

use std::fmt;

use anyhow::ensure;
use clap::{Args, Subcommand};

use crate::config::{Config, KeyHash, Scope, project};
use crate::crypto::keys::Keys;
use crate::message::webhook_secret;
use crate::random::Random;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an API key: prints it once, with its hash for the configuration
    New(New),
    /// Print the secret that signs SMS webhook calls, in the format of Standard Webhooks libraries
    Webhook,
}

#[derive(Args, Debug)]
pub(super) struct New {
    /// The project whose servers will use the key
    #[arg(long, value_name = "ID")]
    project: String,
    /// What the key allows: client.forward or sessions.write; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true, num_args = 1..)]
    scopes: Vec<Scope>,
}

impl Command {
    pub(super) fn run(self, config: impl FnOnce() -> anyhow::Result<Config>) -> anyhow::Result<()> {
        match self {
            Self::New(new) => {
                ensure!(project::is_id(&new.project), "`{}` is not a project's id", new.project);
                print!("{}", NewKey::made_for(new, Random::System.bytes()));
            }
            Self::Webhook => {
                let secret = config()?.read_master_secret()?;
                println!("{}", webhook_secret(&Keys::new(secret.expose().as_bytes())));
            }
        }
        Ok(())
    }
}

/// A new key.
struct NewKey {
    key: String,
    request: New,
}

impl NewKey {
    fn made_for(request: New, random: [u8; 32]) -> Self {
        let digits: Vec<_> = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { key: format!("ak_{}", digits.concat()), request }
    }
}

impl fmt::Display for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes: Vec<_> =
            self.request.scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
        writeln!(f, "{}\n", self.key)?;
        writeln!(f, "# The key above is shown only once. Put these lines below the [[projects]]")?;
        writeln!(f, "# with the id \"{}\":", self.request.project)?;
        writeln!(f, "[[projects.api_keys]]")?;
        writeln!(f, "hash = \"{}\"", KeyHash::of(&self.key))?;
        writeln!(f, "scopes = [{}]", scopes.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Mode;

    #[test]
    fn the_printed_lines_make_the_key_known() {
        let scopes = vec![Scope::ClientForward];
        let key = NewKey::made_for(New { project: "web".to_owned(), scopes }, [7; 32]);
        let printed = key.to_string();
        let (secret, lines) = printed.split_once('\n').unwrap();

        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("accountd.toml");
        fs::write(&path, format!("[[projects]]\nid = \"web\"\n{lines}")).unwrap();
        let config = Config::load(Some(&path), [], Mode::Dev).unwrap();

        assert_eq!(secret, format!("ak_{}", "07".repeat(32)));
        assert!(!lines.contains(secret));
        let entry = config.projects[0].find_api_key(secret).unwrap();
        assert!(entry.allows(Scope::ClientForward));
        assert!(!entry.allows(Scope::SessionsWrite));
        assert!(config.projects[0].find_api_key("ak_").is_none());
    }
}
