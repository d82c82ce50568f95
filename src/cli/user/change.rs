//! Changes a user: status, address, labels.

use clap::Args;
use serde_json::json;

use super::show;
use crate::cli::operator::{Operator, cell};

#[derive(Args, Debug)]
pub(super) struct SetEmail {
    /// The user's id, e-mail address or phone number
    user: String,
    /// The new address
    email: String,
    /// The address is known to be the user's
    #[arg(long)]
    verified: bool,
}

#[derive(Args, Debug)]
pub(super) struct Label {
    /// The user's id, e-mail address or phone number
    user: String,
    /// The labels: letters and digits
    #[arg(value_name = "LABEL", required_unless_present = "none")]
    labels: Vec<String>,
    /// Remove all labels
    #[arg(long, conflicts_with = "labels")]
    none: bool,
}

/// Blocks or unblocks a user.
pub(super) async fn set_status(
    operator: &mut Operator,
    user: &str,
    status: bool,
) -> anyhow::Result<()> {
    let id = operator.find_user(user).await?;
    let variables = json!({ "userId": id, "status": status });
    let user = operator.call("usersUpdateStatus", variables).await?;
    let done = if status { "unblocked" } else { "blocked" };
    operator.print(&user, || format!("{done} {}", show::describe(&user)))
}

impl SetEmail {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let id = operator.find_user(&self.user).await?;
        let variables = json!({ "userId": id, "email": self.email });
        let mut user = operator.call("usersUpdateEmail", variables).await?;
        if self.verified {
            let variables = json!({ "userId": id, "emailVerification": true });
            user = operator.call("usersUpdateEmailVerification", variables).await?;
        }
        operator.print(&user, || {
            let state = if self.verified { "verified" } else { "not verified" };
            format!("{} has the address {}, {state}", cell(&user, "/_id"), cell(&user, "/email"))
        })
    }
}

impl Label {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let id = operator.find_user(&self.user).await?;
        let variables = json!({ "userId": id, "labels": self.labels });
        let user = operator.call("usersUpdateLabels", variables).await?;
        operator.print(&user, || match cell(&user, "/labels").as_str() {
            "-" => format!("{} has no labels", show::describe(&user)),
            labels => format!("{} has the labels {labels}", show::describe(&user)),
        })
    }
}
