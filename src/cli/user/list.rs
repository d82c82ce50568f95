//! Lists users.

use clap::Args;
use serde_json::{Value, json};

use crate::cli::operator::{Operator, Table, cell, time};

#[derive(Args, Debug)]
pub(super) struct List {
    /// Only users whose id, address, number, or a word of whose name begins with this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only blocked users
    #[arg(long)]
    blocked: bool,
    /// Only users with this label
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// How many users to list
    #[arg(long, value_name = "NUMBER", default_value_t = 25)]
    limit: u32,
    /// The id of the last user of the page before
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

impl List {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let variables = json!({ "queries": self.queries(), "search": self.search });
        let page = operator.call("usersList", variables).await?;
        operator.print(&page, || {
            let users = page.pointer("/users").and_then(Value::as_array);
            let users = users.map(Vec::as_slice).unwrap_or_default();
            let total = cell(&page, "/total");
            format!("{}\n{} of {total} users", table(users), users.len())
        })
    }

    fn queries(&self) -> Vec<String> {
        let blocked = self
            .blocked
            .then(|| json!({"method": "equal", "attribute": "status", "values": [false]}));
        let label = self
            .label
            .as_ref()
            .map(|label| json!({"method": "contains", "attribute": "labels", "values": [label]}));
        let newest = json!({"method": "orderDesc", "attribute": "$createdAt"});
        let after = self.after.as_ref().map(|id| json!({"method": "cursorAfter", "values": [id]}));
        let limit = json!({"method": "limit", "values": [self.limit]});
        let queries = [blocked, label, Some(newest), after, Some(limit)];
        queries.into_iter().flatten().map(|query| query.to_string()).collect()
    }
}

fn table(users: &[Value]) -> Table {
    let mut table = Table::new(&["ID", "EMAIL", "PHONE", "NAME", "STATUS", "LABELS", "CREATED"]);
    for user in users {
        table.add([
            cell(user, "/_id"),
            cell(user, "/email"),
            cell(user, "/phone"),
            cell(user, "/name"),
            super::show::status(user),
            cell(user, "/labels"),
            time(user, "/_createdAt"),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_queries() {
        let list = List {
            search: None,
            blocked: true,
            label: Some("vip".to_owned()),
            limit: 5,
            after: Some("ada".to_owned()),
        };

        assert_eq!(
            list.queries(),
            [
                r#"{"attribute":"status","method":"equal","values":[false]}"#,
                r#"{"attribute":"labels","method":"contains","values":["vip"]}"#,
                r#"{"attribute":"$createdAt","method":"orderDesc"}"#,
                r#"{"method":"cursorAfter","values":["ada"]}"#,
                r#"{"method":"limit","values":[5]}"#,
            ]
        );
    }
}
