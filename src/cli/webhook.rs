//! `accountd webhook`: tests the webhooks of projects, and prints their secrets.

use anyhow::ensure;
use clap::{Args, Subcommand};
use entity::{MessageId, ProjectId};

use super::report::Report;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::keys::Keys;
use crate::message::{Event, TEST_EVENT, WebhookAnswer, Webhooks, event_secret};
use crate::random::Random;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Send a test event, and print the answer
    Test(Selection),
    /// Print the secret that signs the events, in the format of Standard Webhooks libraries
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

impl Command {
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        let keys = Keys::new(config.read_master_secret()?.expose().as_bytes());
        let webhooks = Webhooks::open(&config, &keys)?;
        let (Self::Test(selection) | Self::Secret(selection)) = &self;
        let selected: Vec<_> = webhooks
            .iter()
            .filter(|(project, id, _)| selection.includes(project, id))
            .map(|(project, id, _)| (project, id))
            .collect();
        ensure!(!selected.is_empty(), "there is no such webhook in the configuration");
        match self {
            Self::Test(_) => test(&webhooks, &selected).await,
            Self::Secret(_) => {
                for (project, id) in selected {
                    println!("{project}/{id} {}", event_secret(&keys, project, id));
                }
                Ok(())
            }
        }
    }
}

impl Selection {
    fn includes(&self, project: &ProjectId, id: &str) -> bool {
        self.project.as_deref().is_none_or(|wanted| wanted == project.as_str())
            && self.webhook.as_deref().is_none_or(|wanted| wanted == id)
    }
}

/// Sends each webhook a test event, once.
async fn test(webhooks: &Webhooks, selected: &[(&ProjectId, &str)]) -> anyhow::Result<()> {
    let mut report = Report::default();
    for (project, id) in selected {
        let webhook = (*project, *id);
        let now = Clock::system().now();
        let event = Event::new(webhook, TEST_EVENT, now, &serde_json::Map::new())?;
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
