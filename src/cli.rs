//! The command line.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, CommandFactory, Parser, Subcommand};
use tokio::select;
use tokio::signal::ctrl_c;

use self::output::{lines_of, note};
use self::reload::Reload;
use crate::config::{Config, ConfigErrors, Loaded, Mode};
use crate::schema::Schema;

mod backup;
mod completions;
mod config;
mod data_source;
mod dev;
mod doctor;
mod health;
mod jwt;
mod key;
mod logging;
mod man;
mod message;
mod migrate;
#[cfg(unix)]
mod open_files;
mod operator;
mod output;
mod reload;
mod report;
mod restore;
mod running;
mod schema;
mod serve;
mod server;
mod signals;
mod user;
mod webhook;

/// An account server in one binary. Without a command it runs `dev`.
#[derive(Debug, Parser)]
#[command(name = "accountd", bin_name = "accountd", version)]
struct Cli {
    /// The configuration file
    #[arg(long, global = true, env = "ACCOUNTD_CONFIG", value_name = "PATH")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a development server, on loopback by default; its data and keys are kept in ./data
    Dev {
        /// Where to listen; 0.0.0.0:8080 lets in phones on your network, and everyone else there
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
        #[command(flatten)]
        start: Start,
    },
    /// Run in production; refuses to start if a setting is missing or weak
    Serve(Start),
    /// Print the GraphQL schema, with the configured limits
    Schema(schema::Schema),
    /// Migrate the database to the current version
    Migrate,
    /// Copy the embedded database to a file, also while the server is running
    Backup(backup::Backup),
    /// Restore a backup, with all users signed out and all API keys of the database revoked; stop the server first
    Restore(restore::Restore),
    /// Test everything that a server needs, and report what is wrong
    Doctor(doctor::Doctor),
    /// Ask the server that listens at the configured address whether it is ready; fails if it isn't
    Health(health::Health),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Create, list and revoke keys for a project's servers
    Key(key::Key),
    /// List, rotate and drop the keys that sign JWTs, also while servers run
    Jwt(jwt::Jwt),
    /// Test the webhooks of projects, and print their secrets
    Webhook(webhook::Webhook),
    /// Manage the users of a project, also while the server is running
    User(user::User),
    /// Manage the mails and text messages of a project, also while the server is running
    Message(message::Message),
    /// Print a script that completes commands and options in your shell
    Completions(completions::Completions),
    /// Write the manual pages, for packages
    #[command(hide = true)]
    Man(man::Man),
}

/// How a server is started.
#[derive(Args, Debug, Default)]
struct Start {
    /// Serve a database that was restored by hand: ends all its sessions and one-time secrets and revokes its API keys,
    /// once
    #[arg(long)]
    accept_restored: bool,
}

impl Start {
    fn apply(&self, config: Config) -> Config {
        Config { accept_restored: self.accept_restored, ..config }
    }
}

impl Cli {
    async fn run(self) -> anyhow::Result<()> {
        let config = self.config.as_deref();
        match self.command {
            None => Box::pin(dev::run(load(config, Mode::Dev)?, None)).await,
            Some(Command::Dev { listen, start }) => {
                Box::pin(dev::run(start.apply(load(config, Mode::Dev)?), listen)).await
            }
            Some(Command::Serve(start)) => {
                let path = self.config.clone();
                let Loaded { config, settings, .. } = load_checked(config, Mode::Serve)?;
                let config = start.apply(config);
                Box::pin(serve::run(config, Reload::new(path, settings)?)).await
            }
            Some(Command::Schema(schema)) => schema.run(&load(config, Mode::Serve)?),
            Some(Command::Migrate) => migrate::run(load(config, Mode::Serve)?).await,
            Some(Command::Backup(backup)) => interruptible(Box::pin(backup.run(config))).await,
            Some(Command::Restore(restore)) => interruptible(Box::pin(restore.run(config))).await,
            Some(Command::Doctor(doctor)) => doctor.run(config).await,
            Some(Command::Health(health)) => health.run(load(config, Mode::Serve)?.listen).await,
            Some(Command::Config(command)) => command.run(config),
            Some(Command::Key(key)) => Box::pin(key.run(config)).await,
            Some(Command::Jwt(jwt)) => Box::pin(jwt.run(config)).await,
            Some(Command::Webhook(webhook)) => webhook.run(config).await,
            Some(Command::User(user)) => Box::pin(user.run(config)).await,
            Some(Command::Message(message)) => Box::pin(message.run(config)).await,
            Some(Command::Completions(completions)) => completions.run(Self::command()),
            Some(Command::Man(man)) => man.run(Self::command()),
        }
    }
}

/// Runs the command, and prints one line for each error.
pub async fn run() -> ExitCode {
    match Box::pin(Cli::parse().run()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in lines_of(&error) {
                note(format_args!("accountd: {line}"));
            }
            ExitCode::FAILURE
        }
    }
}

/// Ends a command on Ctrl+C like a failure, which cleans up.
async fn interruptible(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    select! {
        done = command => done,
        _ = ctrl_c() => Err(Interrupted.into()),
    }
}

/// The error of a command that Ctrl+C has ended.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
struct Interrupted;

/// Checks the configuration, including limits of fields, and returns everything that is missing or wrong.
fn check(config: &Config) -> anyhow::Result<()> {
    let mut problems = config.check().err().unwrap_or_default();
    if let Err(error) = Schema::of(config, config.limits.audience()) {
        problems.append(error.downcast::<ConfigErrors>()?);
    }
    Ok(problems.into_result()?)
}

/// Warnings: one line for each setting that works but is probably unintended.
fn warnings(config: &Config) -> anyhow::Result<Vec<String>> {
    let schema = Schema::of(config, config.limits.audience())?;
    Ok([config.warnings().as_slice(), schema.warnings()].concat())
}

fn load(path: Option<&Path>, mode: Mode) -> anyhow::Result<Config> {
    Config::load(path, environment()?, mode)
}

/// Reads the configuration, with everything that is missing or wrong.
fn load_all(path: Option<&Path>, mode: Mode) -> anyhow::Result<Loaded> {
    Config::load_all(path, environment()?, mode)
}

/// Reads the configuration, and fails with everything that is missing or wrong in it.
fn load_checked(path: Option<&Path>, mode: Mode) -> anyhow::Result<Loaded> {
    let Loaded { config, settings, mut problems } = load_all(path, mode)?;
    if let Err(others) = check(&config) {
        problems.append_others(others.downcast::<ConfigErrors>()?);
    }
    problems.clone().into_result()?;
    Ok(Loaded { config, settings, problems })
}

/// The environment variables whose names are UTF-8; others can't be for accountd.
fn environment() -> anyhow::Result<Vec<(String, String)>> {
    let mut variables = Vec::new();
    for (name, value) in env::vars_os() {
        let Ok(name) = name.into_string() else {
            continue;
        };
        match value.into_string() {
            Ok(value) => variables.push((name, value)),
            Err(_) if name.starts_with("ACCOUNTD_") => return Err(anyhow!("{name}: not UTF-8")),
            Err(_) => {}
        }
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Cli {
        Cli::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn the_command_line_fits_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_help_text() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(check);
        }

        check(&Cli::command());
    }

    #[test]
    fn no_command_is_dev() {
        assert!(parse("accountd").command.is_none());
        assert!(matches!(parse("accountd dev").command, Some(Command::Dev { .. })));
    }

    #[test]
    fn the_file_may_be_named_before_and_behind_the_command() {
        for line in ["accountd --config a.toml serve", "accountd config check --config a.toml"] {
            assert_eq!(parse(line).config, Some(PathBuf::from("a.toml")), "{line}");
        }
    }

    #[test]
    fn a_key_needs_a_known_scope() {
        assert!(Cli::try_parse_from("accountd key new --project p".split(' ')).is_err());
        let unknown = "accountd key new --project p --scope all".split(' ');
        let error = Cli::try_parse_from(unknown).unwrap_err().to_string();

        assert!(error.contains("there is no scope `all`"), "{error}");
    }
}
