//! `accountd message`: the outbox, for the operator.

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::address::{Email, Phone};

use super::operator::{Operator, Options, Table, cell, time};

/// The states of messages.
const STATES: [&str; 5] = ["queued", "delivered", "failed", "expired", "dropped"];

#[derive(Args, Debug)]
pub(super) struct Message {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the messages of the last seven days, newest first, without their contents
    List(List),
    /// Show a message, without its content
    Show(Named),
    /// Send a message again that was rejected, or one that waits for its next attempt now
    Retry(Named),
}

#[derive(Args, Debug)]
struct List {
    /// Only messages in this state
    #[arg(long, value_parser = STATES)]
    state: Option<String>,
    /// Only messages to this e-mail address or phone number
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// How many messages to list
    #[arg(long, value_name = "NUMBER", default_value_t = 25)]
    limit: u32,
    /// The id of the last message of the page before
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

#[derive(Args, Debug)]
struct Named {
    /// The message's id
    id: String,
}

impl Message {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let command = self.command;
        self.options.run(path, async |operator: &mut Operator| command.run(operator).await).await
    }
}

impl Command {
    async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run(operator).await,
            Self::Show(named) => {
                let message =
                    operator.call("messagesGet", json!({ "messageId": named.id })).await?;
                operator.print(&message, || details(&message).to_string())
            }
            Self::Retry(named) => {
                let variables = json!({ "messageId": named.id });
                let message = operator.call("messagesRetry", variables).await?;
                operator.print(&message, || {
                    format!("{} is due {}", cell(&message, "/_id"), time(&message, "/dueAt"))
                })
            }
        }
    }
}

impl List {
    async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let page = operator.call("messagesList", json!({ "queries": self.queries() })).await?;
        operator.print(&page, || {
            let messages = page.pointer("/messages").and_then(Value::as_array);
            let messages = messages.map(Vec::as_slice).unwrap_or_default();
            let total = cell(&page, "/total");
            format!("{}\n{} of {total} messages", table(messages), messages.len())
        })
    }

    fn queries(&self) -> Vec<String> {
        let equal = |attribute: &str, value: &str| json!({ "method": "equal", "attribute": attribute, "values": [value] });
        let state = self.state.as_deref().map(|state| equal("state", state));
        let to = self.to.as_deref().map(|to| equal("to", &normalize(to)));
        let newest = json!({ "method": "orderDesc", "attribute": "$createdAt" });
        let after = self.after.as_ref().map(|id| json!({"method": "cursorAfter", "values": [id]}));
        let limit = json!({ "method": "limit", "values": [self.limit] });
        let queries = [state, to, Some(newest), after, Some(limit)];
        queries.into_iter().flatten().map(|query| query.to_string()).collect()
    }
}

/// The address in the form in which messages have it. Anything else has no messages.
fn normalize(to: &str) -> String {
    let email = Email::parse(to).map(|email| email.to_string());
    let address = email.or_else(|| Phone::parse(to).map(|phone| phone.to_string()));
    address.unwrap_or_else(|| to.to_owned())
}

fn table(messages: &[Value]) -> Table {
    let headings = ["ID", "CREATED", "CHANNEL", "KIND", "TO", "STATE", "ATTEMPTS", "ERROR"];
    let mut table = Table::new(&headings);
    for message in messages {
        table.add([
            cell(message, "/_id"),
            time(message, "/_createdAt"),
            cell(message, "/channel"),
            cell(message, "/kind"),
            cell(message, "/to"),
            cell(message, "/state"),
            cell(message, "/attempts"),
            cell(message, "/error"),
        ]);
    }
    table
}

fn details(message: &Value) -> Table {
    let mut table = Table::plain();
    for (name, value) in [
        ("id", cell(message, "/_id")),
        ("created", time(message, "/_createdAt")),
        ("channel", cell(message, "/channel")),
        ("kind", cell(message, "/kind")),
        ("to", cell(message, "/to")),
        ("state", cell(message, "/state")),
        ("attempts", cell(message, "/attempts")),
        ("due", time(message, "/dueAt")),
        ("expires", time(message, "/expiresAt")),
        ("error", cell(message, "/error")),
    ] {
        table.add([name.to_owned(), value]);
    }
    table
}
