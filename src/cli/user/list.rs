//! Lists users.

use clap::{Args, value_parser};
use serde_json::{Value, json};

use crate::cli::operator::{MAX_LIMIT, Operator, Table, cell, next_page, summary, time};

#[derive(Args, Debug)]
pub(super) struct List {
    /// Only users whose id, address, number, or a word of whose name begins with this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only blocked users
    #[arg(long)]
    blocked: bool,
    /// Only users who have never signed in
    #[arg(long)]
    never_signed_in: bool,
    /// Only users with this label
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// How many users to list
    #[arg(long, value_name = "NUMBER", default_value_t = 25, value_parser = value_parser!(u32).range(MAX_LIMIT))]
    limit: u32,
    /// The id of the last user of the page before
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// Include the hashes of passwords in the JSON; with them passwords can be guessed
    #[arg(long)]
    with_hashes: bool,
}

impl List {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let variables = json!({ "queries": self.queries(), "search": self.search });
        operator.show_hashes(self.with_hashes)?;
        let page = operator.call("usersList", variables).await?;
        operator.print(&page, || {
            let users = page.pointer("/users").and_then(Value::as_array);
            let users = users.map(Vec::as_slice).unwrap_or_default();
            let next = next_page(users, &page, self.limit);
            format!("{}\n{}", table(users), summary(users, &page, "user", next))
        })
    }

    fn queries(&self) -> Vec<String> {
        let blocked = self
            .blocked
            .then(|| json!({"method": "equal", "attribute": "status", "values": [false]}));
        let never =
            self.never_signed_in.then(|| json!({"method": "isNull", "attribute": "accessedAt"}));
        let label = self
            .label
            .as_ref()
            .map(|label| json!({"method": "contains", "attribute": "labels", "values": [label]}));
        let newest = json!({"method": "orderDesc", "attribute": "$createdAt"});
        let after = self.after.as_ref().map(|id| json!({"method": "cursorAfter", "values": [id]}));
        let limit = json!({"method": "limit", "values": [self.limit]});
        let queries = [blocked, never, label, Some(newest), after, Some(limit)];
        queries.into_iter().flatten().map(|query| query.to_string()).collect()
    }
}

fn table(users: &[Value]) -> Table {
    let mut table =
        Table::new(&["ID", "EMAIL", "PHONE", "NAME", "STATUS", "LABELS", "CREATED (UTC)"]);
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
            never_signed_in: true,
            label: Some("vip".to_owned()),
            limit: 5,
            after: Some("ada".to_owned()),
            with_hashes: false,
        };

        assert_eq!(
            list.queries(),
            [
                r#"{"attribute":"status","method":"equal","values":[false]}"#,
                r#"{"attribute":"accessedAt","method":"isNull"}"#,
                r#"{"attribute":"labels","method":"contains","values":["vip"]}"#,
                r#"{"attribute":"$createdAt","method":"orderDesc"}"#,
                r#"{"method":"cursorAfter","values":["ada"]}"#,
                r#"{"method":"limit","values":[5]}"#,
            ]
        );
    }
}
