//! `accountd webhook`: tests the webhooks of projects, and prints their secrets.

use std::path::Path;

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use entity::security_log::ActorKind;
use entity::{MessageId, ProjectId};

use super::check;
use super::data_source;
use super::data_source::DataSource;
use super::output::print;
use super::report::Report;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::keys::Keys;
use crate::message::{Event, EventActor, TEST_EVENT, WebhookAnswer, Webhooks, event_secret};
use crate::random::Random;

#[derive(Args, Debug)]
pub(super) struct Webhook {
    #[command(flatten)]
    source: DataSource,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send a test event, and print the answer
    Test(Selection),
    /// Print the secret that signs the events, in the format of Standard Webhooks libraries: of one webhook the secret alone
    Secret(Selection),
}

/// The webhooks that a command is about: all of them, unless an option says otherwise.
#[derive(Args, Debug)]
pub(super) struct Selection {
    /// Only the webhooks of this project
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// Only the webhook with this id
    #[arg(value_name = "WEBHOOK")]
    webhook: Option<String>,
}

impl Webhook {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let config = self.source.load(path)?;
        let keys = Keys::read(&config)?;
        let webhooks = Webhooks::open(&config, &keys)?;
        let (Command::Test(selection) | Command::Secret(selection)) = &self.command;
        let selected = selection.select(&config, &webhooks)?;
        match (&self.command, selected.as_slice()) {
            (Command::Test(_), selected) => {
                // A server would not start with a URL that must not be called, nor call it.
                check(&config)?;
                test(&webhooks, selected).await?;
            }
            // To be put into a variable by a shell.
            (Command::Secret(_), [(project, id)]) if selection.webhook.is_some() => {
                print(event_secret(&keys, project, id))?;
            }
            (Command::Secret(_), selected) => {
                for (project, id) in selected {
                    print(format_args!("{project}/{id} {}", event_secret(&keys, project, id)))?;
                }
            }
        }
        Ok(())
    }
}

impl Selection {
    /// The selected webhooks. Fails if there are none.
    fn select<'a>(
        &self,
        config: &Config,
        webhooks: &'a Webhooks,
    ) -> anyhow::Result<Vec<(&'a ProjectId, &'a str)>> {
        let named = self.project.as_deref().map(|id| data_source::project(config, Some(id)));
        let project = named.transpose()?;
        let all = webhooks.iter().map(|(project, id, _)| (project, id));
        let all = all.filter(|(of, _)| project.as_ref().is_none_or(|wanted| wanted == *of));
        let all: Vec<_> = all.collect();
        ensure!(
            !all.is_empty(),
            "no webhook is configured: they are entries of `webhooks` below [[projects]]"
        );
        let Some(wanted) = &self.webhook else { return Ok(all) };
        let selected: Vec<_> = all.iter().copied().filter(|(_, id)| id == wanted).collect();
        if selected.is_empty() {
            let known = all.iter().map(|(project, id)| format!("{project}/{id}"));
            let known = known.collect::<Vec<_>>().join(", ");
            bail!("there is no webhook `{wanted}`, only {known}");
        }
        Ok(selected)
    }
}

/// Sends each webhook a test event, once.
async fn test(webhooks: &Webhooks, selected: &[(&ProjectId, &str)]) -> anyhow::Result<()> {
    let mut report = Report::default();
    for (project, id) in selected {
        let webhook = (*project, *id);
        let now = Clock::system().now();
        let operator = EventActor { kind: ActorKind::Operator.as_str(), name: "" };
        let event = Event::new(webhook, TEST_EVENT, now, operator, &serde_json::Map::new())?;
        let message = MessageId::new(Random::System.id(now));
        let finding = match webhooks.post(webhook, &message, now, event.body).await {
            Ok(answer) if answer.status.is_success() => Ok(describe(&answer)),
            Ok(answer) => Err(describe(&answer)),
            Err(error) => Err(error.to_string()),
        };
        report.add(&format!("{project}/{id}"), finding);
    }
    report.conclude()
}

/// An answer in one line, without control characters.
fn describe(WebhookAnswer { status, body }: &WebhookAnswer) -> String {
    let words = body.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() { status.to_string() } else { format!("{status}: {}", words.join(" ")) }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    #[test]
    fn an_answer_is_one_line_without_escape_sequences() {
        let answer = |body: &str| WebhookAnswer { status: StatusCode::OK, body: body.to_owned() };

        assert_eq!(describe(&answer(" \n")), "200 OK");
        assert_eq!(describe(&answer("a\r\n\u{1b}[31m b\0")), "200 OK: a [31m b");
    }
}
