//! Shows a user.

use serde_json::{Value, json};

use crate::cli::operator::{Operator, Table, cell, time};

pub(super) async fn run(operator: &mut Operator, user: &str) -> anyhow::Result<()> {
    let user = find(operator, user).await?;
    operator.print(&user, || table(&user).to_string())
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

fn table(user: &Value) -> Table {
    let mut table = Table::plain();
    let verified = |value: &str, flag: &str| match (cell(user, value), cell(user, flag).as_str()) {
        (text, "yes") => format!("{text} (verified)"),
        (text, _) => text,
    };
    let hash = cell(user, "/hash");
    let password = match (time(user, "/passwordUpdate"), hash.as_str()) {
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
        ("created", time(user, "/_createdAt")),
        ("changed", time(user, "/_updatedAt")),
        ("signed in", time(user, "/accessedAt")),
        ("preferences", cell(user, "/prefs/data")),
    ] {
        table.add([name.to_owned(), value]);
    }
    table
}
