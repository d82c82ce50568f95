//! Shows a user's security log.

use clap::{Args, value_parser};
use serde_json::{Value, json};

use crate::cli::operator::{MAX_LIMIT, Operator, Table, cell, country, summary, time, total};

#[derive(Args, Debug)]
pub(super) struct Log {
    /// The user's id, e-mail address or phone number
    user: String,
    /// How many events to show
    #[arg(long, value_name = "NUMBER", default_value_t = 25, value_parser = value_parser!(u32).range(MAX_LIMIT))]
    limit: u32,
    /// How many newer events to skip
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    offset: u32,
}

impl Log {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let id = operator.find_user(&self.user).await?;
        let query = |method, value: u32| json!({"method": method, "values": [value]}).to_string();
        let queries = [query("limit", self.limit), query("offset", self.offset)];
        let variables = json!({ "userId": id, "queries": queries });
        let page = operator.call("usersListLogs", variables).await?;
        operator.print(&page, || {
            let logs = page.pointer("/logs").and_then(Value::as_array);
            let logs = logs.map(Vec::as_slice).unwrap_or_default();
            let seen =
                usize::try_from(self.offset).unwrap_or(usize::MAX).saturating_add(logs.len());
            let next =
                (seen < total(&page) && !logs.is_empty()).then(|| format!("--offset {seen}"));
            format!("{}\n{}", table(logs), summary(logs, &page, "event", next))
        })
    }
}

fn table(logs: &[Value]) -> Table {
    let mut table = Table::new(&["TIME (UTC)", "EVENT", "BY", "IP", "COUNTRY", "CLIENT"]);
    for log in logs {
        let by = match cell(log, "/mode").as_str() {
            "default" => "user".to_owned(),
            _ => cell(log, "/userName"),
        };
        table.add([
            time(log, "/time"),
            cell(log, "/detail"),
            by,
            cell(log, "/ip"),
            country(log),
            cell(log, "/clientName"),
        ]);
    }
    table
}
