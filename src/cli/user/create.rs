//! Creates a user.

use anyhow::ensure;
use clap::Args;
use serde_json::json;

use super::{password, show};
use crate::cli::operator::Operator;

#[derive(Args, Debug)]
pub(super) struct Create {
    /// The id; without it, one is generated
    #[arg(long)]
    id: Option<String>,
    /// The e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The phone number, with + and country code
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// The name
    #[arg(long)]
    name: Option<String>,
    /// Set a password: typed at the terminal, or the first line of standard input
    #[arg(long)]
    password: bool,
}

impl Create {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        // As an import does: with a generated id only, nobody could sign in as this user.
        ensure!(
            self.id.is_some() || self.email.is_some() || self.phone.is_some(),
            "nobody could be this user: give --id, --email or --phone"
        );
        let password = if self.password { Some(password::read()?) } else { None };
        let variables = json!({
            "userId": self.id.as_deref().unwrap_or("unique()"),
            "email": self.email,
            "phone": self.phone,
            "name": self.name,
            "password": password,
        });
        let user = operator.call("usersCreate", variables).await?;
        operator.print(&user, || format!("created {}", show::describe(&user)))
    }
}
