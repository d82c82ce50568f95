//! Reads and sets passwords. They are never arguments: other users of the machine can read those.

use std::io;
use std::io::{BufRead, IsTerminal};

use anyhow::{Context, ensure};
use serde_json::json;

use super::show;
use crate::cli::operator::Operator;

/// Sets a user's password.
pub(super) async fn set(operator: &mut Operator, user: &str) -> anyhow::Result<()> {
    let id = operator.find_user(user).await?;
    let variables = json!({ "userId": id, "password": read()? });
    let user = operator.call("usersUpdatePassword", variables).await?;
    operator.print(&user, || format!("{} has a new password", show::describe(&user)))
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
