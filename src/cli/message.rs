//! `accountd message`: the outbox, for the operator.

use std::path::Path;

use clap::{Args, Subcommand, value_parser};
use serde_json::{Value, json};

use crate::address::{Email, Phone};

use super::operator::{MAX_LIMIT, Operator, Options, Table, cell, next_page, summary, time, utc};

/// The channels of messages.
const CHANNELS: [&str; 3] = ["mail", "sms", "webhook"];
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
    /// List messages, newest first, without their contents: those that wait, those that ended in the last seven days, and
    /// the events for webhooks that ended in the last hour
    List(List),
    /// Show a message, without its content
    Show(Named),
    /// Send a message now that was rejected, or that waits for its next attempt; its attempts are counted anew
    Retry(Named),
}

#[derive(Args, Debug)]
struct List {
    /// Only mails, only text messages, or only events for webhooks
    #[arg(long, value_parser = CHANNELS)]
    channel: Option<String>,
    /// Only messages in this state
    #[arg(long, value_parser = STATES)]
    state: Option<String>,
    /// Only messages to this e-mail address, phone number, or webhook
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// How many messages to list
    #[arg(long, value_name = "NUMBER", default_value_t = 25, value_parser = value_parser!(u32).range(MAX_LIMIT))]
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
            Self::Retry(named) => retry(operator, &named.id).await,
        }
    }
}

async fn retry(operator: &mut Operator, id: &str) -> anyhow::Result<()> {
    let variables = json!({ "messageId": id });
    let before = operator.call("messagesGet", variables.clone()).await?;
    let message = operator.call("messagesRetry", variables).await?;
    operator.print(&message, || {
        let is_queued = cell(&before, "/state") == "queued";
        let has_failed = cell(&before, "/error") != "-";
        match (is_queued, has_failed) {
            (true, true) => format!("{id} is sent again now (was due {})", utc(&before, "/dueAt")),
            (true, false) => format!("{id} is being sent already"),
            (false, _) => {
                format!("{id} is sent again now (was rejected {})", utc(&before, "/dueAt"))
            }
        }
    })
}

impl List {
    async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let page = operator.call("messagesList", json!({ "queries": self.queries() })).await?;
        operator.print(&page, || {
            let messages = page.pointer("/messages").and_then(Value::as_array);
            let messages = messages.map(Vec::as_slice).unwrap_or_default();
            let next = next_page(messages, &page, self.limit);
            format!("{}\n{}", table(messages), summary(messages, &page, "message", next))
        })
    }

    fn queries(&self) -> Vec<String> {
        let equal = |attribute: &str, value: &str| json!({ "method": "equal", "attribute": attribute, "values": [value] });
        let channel = self.channel.as_deref().map(|channel| equal("channel", channel));
        let state = self.state.as_deref().map(|state| equal("state", state));
        let to = self.to.as_deref().map(|to| equal("to", &normalize(to)));
        let newest = json!({ "method": "orderDesc", "attribute": "$createdAt" });
        let after = self.after.as_ref().map(|id| json!({"method": "cursorAfter", "values": [id]}));
        let limit = json!({ "method": "limit", "values": [self.limit] });
        let queries = [channel, state, to, Some(newest), after, Some(limit)];
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
    let headings = ["ID", "CREATED (UTC)", "CHANNEL", "KIND", "TO", "STATE", "ATTEMPTS", "ERROR"];
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
        ("created", utc(message, "/_createdAt")),
        ("channel", cell(message, "/channel")),
        ("kind", cell(message, "/kind")),
        ("to", cell(message, "/to")),
        ("state", cell(message, "/state")),
        ("attempts", cell(message, "/attempts")),
        ("due", utc(message, "/dueAt")),
        ("expires", utc(message, "/expiresAt")),
        ("error", cell(message, "/error")),
    ] {
        table.add([name.to_owned(), value]);
    }
    table
}
