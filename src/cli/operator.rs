//! Shared by the commands of an operator: the project, the output format, and the connection to the server.

use std::io;
use std::io::IsTerminal;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use entity::ProjectId;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::data_source::DataSource;
use super::output::{note, print};
use super::{Interrupted, data_source, interruptible};
use crate::address::{Email, Phone};
use crate::config::Config;

mod connection;
mod table;

use connection::Connection;
pub(super) use table::{Table, cell, counted, country, next_page, summary, time, total, utc};

/// How many rows a list may show.
pub(super) const MAX_LIMIT: RangeInclusive<i64> = 1..=5_000;

/// How long a call is tried while the server is busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The pauses between attempts: each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Which project of which server, and how to print.
#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// The project's id; not needed if there is one project only, or one called `default`
    #[arg(long, global = true, value_name = "ID")]
    project: Option<String>,
    /// Print JSON for programs instead of tables
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    source: DataSource,
}

/// The operator of a project, who may call every field of the server's schema.
pub(super) struct Operator {
    connection: Connection,
    project: ProjectId,
    /// Whether to print JSON.
    pub(super) json: bool,
    /// Whether the JSON has the hashes of passwords.
    with_hashes: bool,
    /// How long a call is tried while the server is busy.
    busy_timeout: Duration,
    /// How to go on after an interrupted command, if not from its beginning.
    on_interrupt: Option<String>,
}

impl Options {
    /// Runs `command` with a connection to the server, or to its database while it doesn't run.
    pub(super) async fn run(
        &self,
        path: Option<&Path>,
        command: impl AsyncFnOnce(&mut Operator) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let config = self.source.load(path)?;
        let project = data_source::project(&config, self.project.as_deref())?;
        let mut operator = Operator::open(&config, project, self.json).await?;
        let done = interruptible(command(&mut operator)).await;
        let on_interrupt = operator.on_interrupt.take();
        operator.close().await;
        match (done, on_interrupt) {
            (Err(error), Some(advice)) if error.is::<Interrupted>() => Err(error.context(advice)),
            (done, _) => done,
        }
    }
}

impl Operator {
    /// Connects to the server, or to its database while it doesn't run.
    pub(super) async fn open(
        config: &Config,
        project: ProjectId,
        json: bool,
    ) -> anyhow::Result<Self> {
        let connection = Connection::open(config).await?;
        let (with_hashes, busy_timeout, on_interrupt) = (false, BUSY_TIMEOUT, None);
        Ok(Self { connection, project, json, with_hashes, busy_timeout, on_interrupt })
    }

    /// Closes the database, if it was opened here.
    pub(super) async fn close(self) {
        self.connection.close().await;
    }

    /// Calls a root field by its document in `schema/operations`, and returns its value.
    pub(super) async fn call(&mut self, field: &str, variables: Value) -> anyhow::Result<Value> {
        let body = json!({ "documentId": field, "variables": variables }).to_string();
        let (began, mut pause, mut is_announced) = (Instant::now(), FIRST_PAUSE, false);
        loop {
            let mut answer = self.connection.send(self.project.as_str(), &body).await?;
            let Some(error) = error_of(&answer) else {
                let value = answer.pointer_mut(&format!("/data/{field}")).map(Value::take);
                return value.with_context(|| format!("the server doesn't answer {field}"));
            };
            let elapsed = began.elapsed();
            if !error.is_passing || elapsed >= self.busy_timeout {
                bail!("{}", error.text);
            }
            if elapsed >= BUSY_TIMEOUT && !is_announced {
                is_announced = true;
                // After the number of lines, which has no line break.
                if io::stderr().is_terminal() {
                    note("");
                }
                note(format_args!(
                    "the server is busy: trying again for up to {} seconds",
                    self.busy_timeout.as_secs()
                ));
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// The id of a user who is named by id, e-mail address or phone number.
    pub(super) async fn find_user(&mut self, name: &str) -> anyhow::Result<String> {
        let (attribute, value) = match name {
            name if name.contains('@') => ("email", Email::parse(name).map(|it| it.to_string())),
            name if name.starts_with('+') => ("phone", Phone::parse(name).map(|it| it.to_string())),
            id => return Ok(id.to_owned()),
        };
        let values = [value.unwrap_or_else(|| name.to_owned())];
        let query = json!({ "method": "equal", "attribute": attribute, "values": values });
        let variables = json!({ "queries": [query.to_string()] });
        let found = self.call("usersList", variables).await?;
        let id = found.pointer("/users/0/_id").and_then(Value::as_str);
        Ok(id.with_context(|| format!("no user has the {attribute} {name}"))?.to_owned())
    }

    /// Tries calls for so long while the server is busy, instead of a few seconds.
    pub(super) fn set_busy_timeout(&mut self, timeout: Duration) {
        self.busy_timeout = timeout;
    }

    /// Says how to go on, if the command is interrupted from now on.
    pub(super) fn on_interrupt(&mut self, advice: String) {
        self.on_interrupt = Some(advice);
    }

    /// Leaves the hashes of passwords in the JSON that is printed.
    pub(super) fn show_hashes(&mut self, with_hashes: bool) -> anyhow::Result<()> {
        ensure!(self.json || !with_hashes, "--with-hashes needs --json: tables have no hashes");
        self.with_hashes = with_hashes;
        Ok(())
    }

    /// Prints a value as JSON, or else `text`.
    pub(super) fn print(&self, value: &Value, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        if !self.json {
            return print(text().trim_end());
        }
        let mut value = value.clone();
        if !self.with_hashes {
            hide_hashes(&mut value);
        }
        print(value)
    }
}

/// Removes the hashes of passwords, as a server with an API key without the scope `users.hashes` sees users.
fn hide_hashes(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(hide_hashes),
        Value::Object(members) => {
            if let Some(options) = members.get_mut("hashOptions") {
                *options = json!({ "type": options.get("type") });
                members.insert("password".to_owned(), "".into());
            }
            members.values_mut().for_each(hide_hashes);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An error in a response.
struct CallError {
    text: String,
    /// Whether the same call may succeed in a moment.
    is_passing: bool,
}

/// The first error of a response: of a field, or of the request as a whole.
fn error_of(answer: &Value) -> Option<CallError> {
    let error = answer.pointer("/errors/0");
    let error = error.or_else(|| answer.get("message").map(|_| answer))?;
    let text = |pointer| error.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let message = text("/message").unwrap_or_default();
    let kind = text("/extensions/type").or_else(|| text("/type")).unwrap_or_default();
    let id = text("/extensions/id").map_or_else(String::new, |id| format!(", error {id}"));
    Some(CallError {
        text: format!("{message} ({kind}{id})"),
        is_passing: kind == "general_server_busy",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_removed_wherever_a_user_is() {
        let user = |password: &str, options: Value| json!({"_id": "ada", "password": password, "hash": "md5", "hashOptions": options});
        let mut page = json!({"users": [user("5f4dcc", json!({"type": "md5", "salt": "x"}))]});

        hide_hashes(&mut page);

        assert_eq!(page, json!({"users": [user("", json!({"type": "md5"}))]}));
    }

    #[test]
    fn an_error_is_one_sentence_with_its_type() {
        let of_field =
            json!({"errors": [{"message": "No.", "extensions": {"type": "user_not_found"}}]});
        let of_request = json!({"message": "Busy.", "type": "general_server_busy", "code": 503});

        assert_eq!(error_of(&of_field).unwrap().text, "No. (user_not_found)");
        assert!(error_of(&of_request).unwrap().is_passing);
        assert!(error_of(&json!({"data": {"usersGet": null}})).is_none());
    }
}
