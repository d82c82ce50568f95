//! Shows a user.

use clap::Args;
use serde_json::{Value, json};

use super::factors;
use crate::cli::operator::{Operator, Table, cell, utc};

#[derive(Args, Debug)]
pub(super) struct Show {
    /// The user's id, e-mail address or phone number
    user: String,
    /// Include the hash of the password in the JSON; with it the password can be guessed
    #[arg(long)]
    with_hashes: bool,
}

impl Show {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        operator.show_hashes(self.with_hashes)?;
        let mut user = find(operator, &self.user).await?;
        let factors = factors::find(operator, &cell(&user, "/_id")).await?;
        if let Some(user) = user.as_object_mut() {
            user.insert("mfaFactors".to_owned(), factors);
        }
        operator.print(&user, || table(&user).to_string())
    }
}

/// Reads the user who is named by id, e-mail address or phone number.
pub(super) async fn find(operator: &mut Operator, user: &str) -> anyhow::Result<Value> {
    let id = operator.find_user(user).await?;
    operator.call("usersGet", json!({ "userId": id })).await
}

/// The user's id, and how else people know the user.
pub(super) fn describe(user: &Value) -> String {
    let known = ["/email", "/phone", "/name"].map(|pointer| cell(user, pointer));
    match known.into_iter().find(|text| text != "-") {
        Some(known) => format!("{} ({known})", cell(user, "/_id")),
        None => cell(user, "/_id"),
    }
}

/// Whether the user is blocked, in a word.
pub(super) fn status(user: &Value) -> String {
    let is_blocked = user.get("status").and_then(Value::as_bool) == Some(false);
    if is_blocked { "blocked".to_owned() } else { "active".to_owned() }
}

/// When the user last signed in.
fn signed_in(user: &Value) -> String {
    match utc(user, "/accessedAt") {
        none if none == "-" => "never".to_owned(),
        time => time,
    }
}

fn table(user: &Value) -> Table {
    let mut table = Table::plain();
    let verified = |value: &str, flag: &str| match (cell(user, value), cell(user, flag).as_str()) {
        (text, _) if text == "-" => text,
        (text, "yes") => format!("{text} (verified)"),
        (text, _) => format!("{text} (not verified)"),
    };
    let hash = cell(user, "/hash");
    let password = match (utc(user, "/passwordUpdate"), hash.as_str()) {
        (none, _) if none == "-" => none,
        (time, "-") => time,
        (time, hash) => format!("{hash}, set {time}"),
    };
    for (name, value) in [
        ("id", cell(user, "/_id")),
        ("name", cell(user, "/name")),
        ("email", verified("/email", "/emailVerification")),
        ("phone", verified("/phone", "/phoneVerification")),
        ("status", status(user)),
        ("labels", cell(user, "/labels")),
        ("password", password),
        ("mfa", cell(user, "/mfa")),
        ("second factors", user.get("mfaFactors").map(factors::describe).unwrap_or_default()),
        ("created", utc(user, "/_createdAt")),
        ("changed", utc(user, "/_updatedAt")),
        ("signed in", signed_in(user)),
        ("preferences", cell(user, "/prefs/data")),
    ] {
        table.add([name.to_owned(), value]);
    }
    table
}
