//! `accountd user`: the users of a project, for the operator.

use std::path::Path;

use clap::{Args, Subcommand};

use super::operator::{Operator, Options};

mod change;
mod create;
mod delete;
mod export;
mod factors;
mod import;
mod list;
mod log;
mod password;
mod sessions;
mod show;

#[derive(Args, Debug)]
pub(super) struct User {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List users, or search for them
    List(list::List),
    /// Show a user
    Show(show::Show),
    /// Create a user, who has an id of your choice, an address or a number
    Create(create::Create),
    /// Block a user: ends all sessions and prevents new ones
    Block(Named),
    /// Unblock a user
    Unblock(Named),
    /// Delete a user, with sessions, identities, preferences and log
    Delete(delete::Delete),
    /// Set a user's password: typed at the terminal, or the first line of standard input
    SetPassword(password::SetPassword),
    /// Set a user's name
    SetName(change::SetName),
    /// Set a user's e-mail address
    SetEmail(change::SetEmail),
    /// Set a user's phone number
    SetPhone(change::SetPhone),
    /// Mark a user's address or number as verified, or as not verified
    Verify(change::Verify),
    /// Set a user's labels, in place of those before
    Label(change::Label),
    /// Remove all second factors and passkeys of a user who has lost them, and send the user an e-mail
    ResetFactors(Named),
    /// List a user's sessions
    Sessions(Named),
    /// End a user's sessions
    EndSessions(sessions::EndSessions),
    /// Show what happened to a user's account, newest first
    Log(log::Log),
    /// Import users from a file of JSON lines; users who exist are skipped, so it can be run again
    Import(import::Import),
    /// Export all users as JSON lines, which `import` reads
    Export(export::Export),
}

#[derive(Args, Debug)]
struct Named {
    /// The user's id, e-mail address or phone number
    user: String,
}

impl User {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let command = self.command;
        self.options.run(path, async |operator: &mut Operator| command.run(operator).await).await
    }
}

impl Command {
    async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run(operator).await,
            Self::Show(show) => show.run(operator).await,
            Self::Create(create) => create.run(operator).await,
            Self::Block(named) => change::set_status(operator, &named.user, false).await,
            Self::Unblock(named) => change::set_status(operator, &named.user, true).await,
            Self::Delete(delete) => delete.run(operator).await,
            Self::SetPassword(set_password) => set_password.run(operator).await,
            Self::SetName(set_name) => set_name.run(operator).await,
            Self::SetEmail(set_email) => set_email.run(operator).await,
            Self::SetPhone(set_phone) => set_phone.run(operator).await,
            Self::Verify(verify) => verify.run(operator).await,
            Self::Label(label) => label.run(operator).await,
            Self::ResetFactors(named) => factors::reset(operator, &named.user).await,
            Self::Sessions(named) => sessions::list(operator, &named.user).await,
            Self::EndSessions(end_sessions) => end_sessions.run(operator).await,
            Self::Log(log) => log.run(operator).await,
            Self::Import(import) => import.run(operator).await,
            Self::Export(export) => export.run(operator).await,
        }
    }
}

/// Whether a path stands for standard input or output.
fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}
