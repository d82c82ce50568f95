//! Changes a user: status, name, address, number, labels.

use anyhow::{bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::show;
use crate::cli::operator::{Operator, cell};

#[derive(Args, Debug)]
pub(super) struct SetName {
    /// The user's id, e-mail address or phone number
    user: String,
    /// The new name
    #[arg(required_unless_present = "remove")]
    name: Option<String>,
    /// Remove the name
    #[arg(long, conflicts_with = "name")]
    remove: bool,
}

#[derive(Args, Debug)]
pub(super) struct SetEmail {
    /// The user's id, e-mail address or phone number
    user: String,
    /// The new address
    #[arg(required_unless_present = "remove")]
    email: Option<String>,
    /// The address is known to be the user's
    #[arg(long, conflicts_with = "remove")]
    verified: bool,
    /// Remove the address
    #[arg(long, conflicts_with = "email")]
    remove: bool,
}

#[derive(Args, Debug)]
pub(super) struct SetPhone {
    /// The user's id, e-mail address or phone number
    user: String,
    /// The new number, with + and country code
    #[arg(required_unless_present = "remove")]
    phone: Option<String>,
    /// The number is known to be the user's
    #[arg(long, conflicts_with = "remove")]
    verified: bool,
    /// Remove the number
    #[arg(long, conflicts_with = "phone")]
    remove: bool,
}

#[derive(Args, Debug)]
pub(super) struct Verify {
    /// The user's id, e-mail address or phone number
    user: String,
    /// The address
    #[arg(long, required_unless_present = "phone")]
    email: bool,
    /// The number
    #[arg(long)]
    phone: bool,
    /// Mark as not verified
    #[arg(long)]
    undo: bool,
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

/// An address or a number.
#[derive(Clone, Copy)]
enum Contact {
    Email,
    Phone,
}

impl Contact {
    /// What people call it.
    fn noun(self) -> &'static str {
        match self {
            Self::Email => "address",
            Self::Phone => "number",
        }
    }

    /// What a user has of it, or `-`.
    fn of(self, user: &Value) -> String {
        match self {
            Self::Email => cell(user, "/email"),
            Self::Phone => cell(user, "/phone"),
        }
    }

    async fn set(self, operator: &mut Operator, id: &str, value: &str) -> anyhow::Result<Value> {
        match self {
            Self::Email => {
                operator.call("usersUpdateEmail", json!({ "userId": id, "email": value })).await
            }
            Self::Phone => {
                operator.call("usersUpdatePhone", json!({ "userId": id, "number": value })).await
            }
        }
    }

    async fn verify(self, operator: &mut Operator, id: &str, is: bool) -> anyhow::Result<Value> {
        let (field, argument) = match self {
            Self::Email => ("usersUpdateEmailVerification", "emailVerification"),
            Self::Phone => ("usersUpdatePhoneVerification", "phoneVerification"),
        };
        operator.call(field, json!({ "userId": id, argument: is })).await
    }
}

/// Blocks or unblocks a user.
pub(super) async fn set_status(
    operator: &mut Operator,
    user: &str,
    status: bool,
) -> anyhow::Result<()> {
    let before = show::find(operator, user).await?;
    let id = before.get("_id");
    let user =
        operator.call("usersUpdateStatus", json!({ "userId": id, "status": status })).await?;
    let name = show::describe(&user);
    let is_changed = before.get("status") != user.get("status");
    operator.print(&user, || match (status, is_changed) {
        (true, true) => format!("unblocked {name}"),
        (false, true) => format!("blocked {name}"),
        (true, false) => format!("{name} was not blocked"),
        (false, false) => format!("{name} was blocked already"),
    })
}

/// Sets a contact, or removes it.
async fn set_contact(
    operator: &mut Operator,
    user: &str,
    (contact, value): (Contact, Option<&str>),
    verified: bool,
) -> anyhow::Result<()> {
    let id = operator.find_user(user).await?;
    // An empty one would remove it, without the option that says so.
    ensure!(value != Some(""), "the {} is empty: to remove it, add --remove", contact.noun());
    let mut user = contact.set(operator, &id, value.unwrap_or_default()).await?;
    if verified {
        user = contact.verify(operator, &id, true).await?;
    }
    operator.print(&user, || match contact.of(&user) {
        none if none == "-" => format!("{id} has no {}", contact.noun()),
        set => {
            let state = if verified { "verified" } else { "not verified" };
            format!("{id} has the {} {set}, {state}", contact.noun())
        }
    })
}

impl SetName {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let id = operator.find_user(&self.user).await?;
        ensure!(self.name.as_deref() != Some(""), "the name is empty: to remove it, add --remove");
        let variables = json!({ "userId": id, "name": self.name.unwrap_or_default() });
        let user = operator.call("usersUpdateName", variables).await?;
        operator.print(&user, || match cell(&user, "/name") {
            none if none == "-" => format!("{id} has no name"),
            name => format!("{id} has the name {name}"),
        })
    }
}

impl SetEmail {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let contact = (Contact::Email, self.email.as_deref());
        set_contact(operator, &self.user, contact, self.verified).await
    }
}

impl SetPhone {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let contact = (Contact::Phone, self.phone.as_deref());
        set_contact(operator, &self.user, contact, self.verified).await
    }
}

impl Verify {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let mut user = show::find(operator, &self.user).await?;
        let id = cell(&user, "/_id");
        let chosen = [(self.email, Contact::Email), (self.phone, Contact::Phone)];
        let chosen: Vec<_> = chosen.into_iter().filter_map(|(is, it)| is.then_some(it)).collect();
        // Each is a change of its own: none is made if one of them can't be.
        let missing = chosen.iter().find(|it| it.of(&user) == "-");
        if let Some(missing) = missing {
            bail!("{id} has no {}: nothing was changed", missing.noun());
        }
        for contact in &chosen {
            user = contact.verify(operator, &id, !self.undo).await?;
        }
        operator.print(&user, || {
            let state = if self.undo { "not verified" } else { "verified" };
            let line = |it: &Contact| format!("{id}: {} is {state}\n", it.of(&user));
            chosen.iter().map(line).collect()
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
