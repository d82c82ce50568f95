//! Shows and removes second factors.

use serde_json::{Value, json};

use crate::cli::operator::Operator;

/// The names of the factors, as they are shown.
const NAMES: [(&str, &str); 4] = [
    ("totp", "authenticator app"),
    ("email", "code by e-mail"),
    ("phone", "code by SMS"),
    ("recoveryCode", "recovery codes"),
];

/// The second factors that a user has set up.
pub(super) async fn find(operator: &mut Operator, id: &str) -> anyhow::Result<Value> {
    operator.call("usersListMFAFactors", json!({ "userId": id })).await
}

/// The factors in words; `-` for none.
pub(super) fn describe(factors: &Value) -> String {
    let has = |member: &str| factors.get(member).and_then(Value::as_bool) == Some(true);
    let names: Vec<_> =
        NAMES.iter().filter(|(member, _)| has(member)).map(|(_, name)| *name).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

/// Removes all second factors and passkeys of a user.
pub(super) async fn reset(operator: &mut Operator, user: &str) -> anyhow::Result<()> {
    let id = operator.find_user(user).await?;
    let done = operator.call("usersResetMFA", json!({ "userId": id })).await?;
    operator.print(&done, || format!("removed the second factors and passkeys of {id}"))
}
