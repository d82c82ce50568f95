//! What the commands of an operator share: the project, the form of the output, and the way to the server.

use std::io;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{dev, interruptible, load};
use crate::address::{Email, Phone};
use crate::config::dev::DATA_DIRECTORY;
use crate::config::{Config, Mode, Project};

mod connection;
mod table;

use connection::Connection;
pub(super) use table::{Table, cell, time};

/// How often a call is tried while the server is busy.
const ATTEMPTS: u32 = 5;

/// Which project of which server, and how to print.
#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// The project's id; not needed if there is one project only, or one called `default`
    #[arg(long, global = true, value_name = "ID")]
    project: Option<String>,
    /// Print JSON for programs instead of tables
    #[arg(long, global = true)]
    json: bool,
    /// Use the data of `accountd dev`, in ./data
    #[arg(long, global = true)]
    dev: bool,
}

/// The operator of a project, who may call every field of the server's schema.
pub(super) struct Operator {
    connection: Connection,
    project: String,
    /// Whether to print JSON.
    pub(super) json: bool,
}

impl Options {
    /// Runs `command` with a connection to the server, or to its database while it doesn't run.
    pub(super) async fn run(
        &self,
        path: Option<&Path>,
        command: impl AsyncFnOnce(&mut Operator) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mode = if self.dev { Mode::Dev } else { Mode::Serve };
        let mut config = load(path, mode)?;
        if self.dev {
            let is_new = config.master_secret.is_none() && config.master_secret_file.is_none();
            ensure!(
                !is_new || Path::new(DATA_DIRECTORY).exists(),
                "there is no ./data: run the command in the folder in which `accountd dev` runs"
            );
            config = dev::prepare(config, None)?;
        }
        let project = self.project(&config)?;
        let connection = Connection::open(&config).await?;
        let mut operator = Operator { connection, project, json: self.json };
        let done = interruptible(command(&mut operator)).await;
        operator.connection.close().await;
        done
    }

    /// The project that is meant.
    fn project(&self, config: &Config) -> anyhow::Result<String> {
        let ids: Vec<&str> = config.projects.iter().map(|project| project.id.as_str()).collect();
        let id = match (&self.project, ids.as_slice()) {
            (Some(id), _) if ids.contains(&id.as_str()) => id,
            (Some(id), _) => bail!("there is no project `{id}`, only {}", ids.join(", ")),
            (None, [id]) => return Ok((*id).to_owned()),
            (None, _) if config.projects.iter().any(Project::is_default) => "default",
            (None, _) => bail!("--project is missing: one of {}", ids.join(", ")),
        };
        Ok(id.to_owned())
    }
}

impl Operator {
    /// Calls a root field by its document in `schema/operations`, and returns its value.
    pub(super) async fn call(&mut self, field: &str, variables: Value) -> anyhow::Result<Value> {
        let body = json!({ "documentId": field, "variables": variables }).to_string();
        let mut attempts = 1;
        loop {
            let mut answer = self.connection.send(&self.project, &body).await?;
            let Some(error) = error_of(&answer) else {
                let value = answer.pointer_mut(&format!("/data/{field}")).map(Value::take);
                return value.with_context(|| format!("the server doesn't answer {field}"));
            };
            if !error.is_passing || attempts == ATTEMPTS {
                bail!("{}", error.text);
            }
            sleep(Duration::from_secs(1)).await;
            attempts = attempts.saturating_add(1);
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

    /// Prints a value as JSON, or else `text`.
    pub(super) fn print(&self, value: &Value, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        let text = if self.json { value.to_string() } else { text() };
        print(text.trim_end())
    }
}

/// Prints lines. That the reader has gone, as `head` does, is no error.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
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

    fn options(project: Option<&str>) -> Options {
        Options { project: project.map(str::to_owned), json: false, dev: false }
    }

    fn config(projects: &[&str]) -> Config {
        let mut config = Config::load(None, [], Mode::Serve).unwrap();
        let default = config.projects.remove(0);
        config.projects = projects
            .iter()
            .map(|id| Project { id: entity::ProjectId::new(*id), ..default.clone() })
            .collect();
        config
    }

    #[test]
    fn the_project_is_the_named_the_only_or_the_default_one() {
        let one = config(&["web"]);
        let two = config(&["default", "web"]);
        let other = config(&["shop", "web"]);

        assert_eq!(options(None).project(&one).unwrap(), "web");
        assert_eq!(options(None).project(&two).unwrap(), "default");
        assert_eq!(options(Some("web")).project(&two).unwrap(), "web");
        let missing = options(None).project(&other).unwrap_err().to_string();
        assert_eq!(missing, "--project is missing: one of shop, web");
        let unknown = options(Some("x")).project(&one).unwrap_err().to_string();
        assert_eq!(unknown, "there is no project `x`, only web");
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
