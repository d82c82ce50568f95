//! Deletes a user, after a confirmation.

use std::io;
use std::io::{BufRead, IsTerminal, Write};

use anyhow::{bail, ensure};
use clap::Args;
use serde_json::json;

use super::show;
use crate::cli::operator::Operator;

#[derive(Args, Debug)]
pub(super) struct Delete {
    /// The user's id, e-mail address or phone number
    user: String,
    /// Don't ask
    #[arg(long)]
    yes: bool,
}

impl Delete {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let user = show::find(operator, &self.user).await?;
        let name = show::describe(&user);
        if !self.yes {
            confirm(&format!(
                "Delete {name} with all sessions, identities, preferences and the log? This can't be undone."
            ))?;
        }
        let variables = json!({ "userId": user.get("_id") });
        let done = operator.call("usersDelete", variables).await?;
        operator.print(&done, || format!("deleted {name}"))
    }
}

/// Asks at the terminal. Fails if the answer isn't `yes`.
fn confirm(question: &str) -> anyhow::Result<()> {
    ensure!(io::stdin().is_terminal(), "nobody can be asked: to delete without asking, add --yes");
    write!(io::stderr(), "{question}\nType yes: ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() != "yes" {
        bail!("nothing was deleted");
    }
    Ok(())
}
