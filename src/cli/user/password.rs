//! Reads and sets passwords. They are never arguments: other users of the machine can read those.

use std::io;
use std::io::{BufRead, IsTerminal};

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;

use super::show;
use crate::cli::operator::Operator;

#[derive(Args, Debug)]
pub(super) struct SetPassword {
    /// The user's id, e-mail address or phone number
    user: String,
    /// Remove the password: the user signs in by a link, a code or a provider
    #[arg(long)]
    remove: bool,
}

impl SetPassword {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let id = operator.find_user(&self.user).await?;
        let password = if self.remove { String::new() } else { read()? };
        let variables = json!({ "userId": id, "password": password });
        let user = operator.call("usersUpdatePassword", variables).await?;
        let state = if self.remove { "no password" } else { "a new password" };
        operator.print(&user, || format!("{} has {state}", show::describe(&user)))
    }
}

/// Reads a password: twice at the terminal, without echo, or else the first line of standard input.
pub(super) fn read() -> anyhow::Result<String> {
    let password = if io::stdin().is_terminal() {
        let password = rpassword::prompt_password("New password: ")?;
        let again = rpassword::prompt_password("Once more: ")?;
        ensure!(password == again, "the two passwords differ");
        password
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("the password can't be read")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    // The server takes an empty one for none.
    ensure!(!password.is_empty(), "no password was given");
    Ok(password)
}
