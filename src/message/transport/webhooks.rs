//! The webhooks of all projects, which get events.

use entity::{MessageId, ProjectId, Timestamp, message};
use reqwest::StatusCode;

use super::signed_call::{SignedClient, format_key};
use super::{DeliveryError, SILENCE};
use crate::config::{Config, Webhook};
use crate::crypto::keys::{Keys, PurposeKeys};
use crate::http_client;
use crate::http_client::{NoLinkLocal, causes, read_start};

/// How much of a response is read, so that the connection can be used again.
const MAX_ANSWER: usize = 4 * 1024;

/// The webhooks of all projects.
pub struct Webhooks(Vec<Endpoint>);

/// A webhook, by the id of its project and its own.
struct Endpoint {
    project: ProjectId,
    id: String,
    client: SignedClient,
}

/// A webhook's response.
#[derive(Clone, Debug)]
pub struct WebhookAnswer {
    /// The status.
    pub status: StatusCode,
    /// The beginning of the body.
    pub body: String,
}

impl Webhooks {
    /// Opens the configured webhooks. They are called with the first event.
    pub fn open(config: &Config, keys: &Keys) -> anyhow::Result<Self> {
        let mut endpoints = Vec::new();
        for project in &config.projects {
            for webhook in &project.webhooks {
                endpoints.push(Endpoint {
                    project: project.id.clone(),
                    id: webhook.id.clone(),
                    client: open(&project.id, webhook, keys)?,
                });
            }
        }
        Ok(Self(endpoints))
    }

    /// The ids of the webhooks, each with its project's and the host that is called.
    pub fn iter(&self) -> impl Iterator<Item = (&ProjectId, &str, &str)> {
        self.0.iter().map(|it| (&it.project, it.id.as_str(), it.client.host()))
    }

    /// Posts `body` to a webhook.
    pub async fn post(
        &self,
        (project, id): (&ProjectId, &str),
        message: &MessageId,
        now: Timestamp,
        body: String,
    ) -> Result<WebhookAnswer, DeliveryError> {
        let endpoint = self.0.iter().find(|it| it.project == *project && it.id == id);
        let Some(Endpoint { client, .. }) = endpoint else {
            let gone = "the webhook is no longer in the configuration";
            return Err(DeliveryError::Permanent(gone.to_owned()));
        };
        // It may be sent again after a timeout: receivers know events by their ids.
        let failed = |error: reqwest::Error| DeliveryError::Transient(causes(&error.without_url()));
        let response = client.post(message.as_str(), now, body).await.map_err(failed)?;
        let status = response.status();
        // The status is the answer, even if its body is cut off.
        let body = read_start(response, MAX_ANSWER).await.unwrap_or_default();
        Ok(WebhookAnswer { status, body })
    }

    /// Sends an event. Only a status 2xx is a success. All else is tried again, since the operator can repair the
    /// server, except 410: the server doesn't want the event.
    pub(in crate::message) async fn send(
        &self,
        message: &message::Model,
        body: String,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        let webhook = (&message.project_id, message.recipient.as_str());
        let status = self.post(webhook, &message.id, now, body).await?.status;
        let error = format!("the webhook answered {status}");
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(DeliveryError::Permanent(error)),
            _ => Err(DeliveryError::Transient(error)),
        }
    }
}

fn open(project: &ProjectId, webhook: &Webhook, keys: &Keys) -> anyhow::Result<SignedClient> {
    let builder = http_client::builder(SILENCE);
    let builder =
        if webhook.allow_link_local { builder } else { builder.dns_resolver(NoLinkLocal) };
    SignedClient::new(builder, webhook.url.expose(), &keys_of(keys, project, &webhook.id))
}

/// The keys that sign the events of a webhook. Ids contain no slashes.
fn keys_of(keys: &Keys, project: &ProjectId, id: &str) -> PurposeKeys {
    keys.derive_all(&format!("webhook/{project}/{id}"))
}

/// The newest in the format of Standard Webhooks libraries.
pub fn event_secret(keys: &Keys, project: &ProjectId, id: &str) -> String {
    format_key(keys_of(keys, project, id).newest)
}
