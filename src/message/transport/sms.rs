//! SMS transports: a webhook of the operator, Twilio, or none.

use anyhow::Context;
use entity::{Timestamp, message};
use reqwest::{Client, Response};
use serde_json::json;
use url::Url;

use super::signed_call::{SignedClient, format_key};
use super::{DeliveryError, SILENCE};
use crate::config::{Config, is_loopback};
use crate::crypto::keys::{Keys, PurposeKeys};
use crate::http_client;
use crate::http_client::causes;
use crate::message::Content;

/// Twilio's host.
const TWILIO: &str = "https://api.twilio.com/";

/// The SMS transport.
pub enum SmsTransport {
    /// A signed call of the operator's server.
    Webhook(SignedClient),
    /// Twilio's API.
    Twilio {
        /// Makes the calls.
        http: Client,
        /// The URL.
        url: Url,
        /// The account and its token.
        account: (String, String),
        /// The sending number or messaging service.
        sender: String,
    },
    /// Kept in the outbox, for the inbox of `accountd dev`.
    Inbox,
    /// None.
    None,
}

/// The keys that sign webhook calls.
fn webhook_keys(keys: &Keys) -> PurposeKeys {
    keys.derive_all("sms webhook")
}

/// The newest in the format of Standard Webhooks libraries.
pub fn webhook_secret(keys: &Keys) -> String {
    format_key(webhook_keys(keys).newest)
}

impl SmsTransport {
    /// Opens the transport of `sms.url`. It connects with the first message.
    pub(in crate::message) fn open(config: &Config, keys: &Keys) -> anyhow::Result<Self> {
        let url = config.sms.url.expose();
        Ok(match url.scheme() {
            "http" | "https" => {
                let builder = http_client::builder(SILENCE);
                Self::Webhook(SignedClient::new(builder, url, &webhook_keys(keys))?)
            }
            "twilio" => twilio(url)?,
            // No one could read the inbox.
            "inbox" if config.is_dev() => Self::Inbox,
            _ => Self::None,
        })
    }

    /// Whether there is no transport.
    pub(in crate::message) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Describes the transport.
    pub(in crate::message) fn describe(&self) -> String {
        match self {
            Self::Webhook(client) => {
                format!("by a webhook to {}; --sms tries it", client.host())
            }
            Self::Twilio { sender, .. } => {
                format!("through Twilio as {sender}; --sms tries it")
            }
            Self::Inbox => "kept in the inbox".to_owned(),
            Self::None => "none: fields that need SMS answer general_phone_disabled".to_owned(),
        }
    }

    /// Sends an SMS.
    pub(in crate::message) async fn send(
        &self,
        message: &message::Model,
        content: &Content,
        now: Timestamp,
    ) -> Result<(), DeliveryError> {
        match self {
            Self::Webhook(client) => {
                let body = json!({
                    "type": "sms",
                    "project": message.project_id,
                    "kind": message.kind,
                    "to": message.recipient,
                    "text": content.text,
                });
                interpret(client.post(message.id.as_str(), now, body.to_string()).await)
            }
            Self::Twilio { http, url, account: (id, token), sender } => {
                let by = if sender.starts_with("MG") { "MessagingServiceSid" } else { "From" };
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("To", &message.recipient)
                    .append_pair(by, sender)
                    .append_pair("Body", &content.text)
                    .finish();
                let call = http
                    .post(url.clone())
                    .basic_auth(id, Some(token))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form);
                interpret(http_client::send(call).await)
            }
            Self::Inbox => Ok(()),
            Self::None => Err(DeliveryError::Permanent("there is no SMS provider".to_owned())),
        }
    }
}

/// Reads `twilio://account:token@sender`; `?api=` names another server on this machine, for tests.
fn twilio(url: &Url) -> anyhow::Result<SmsTransport> {
    let decoded = |text: &str| -> String {
        let pairs = format!("x={}", text.replace('+', "%2B"));
        url::form_urlencoded::parse(pairs.as_bytes())
            .next()
            .map_or_else(String::new, |(_, text)| text.into_owned())
    };
    let token = url.password().context("sms.url: twilio://account:token@number lacks the token")?;
    let account = (decoded(url.username()), decoded(token));
    let sender = decoded(url.host_str().unwrap_or_default());
    let sender = if sender.starts_with(|c: char| c.is_ascii_digit()) {
        format!("+{sender}")
    } else {
        sender
    };
    let api = url.query_pairs().find(|(name, _)| name == "api").map(|(_, api)| api.into_owned());
    let api: Url = api.as_deref().unwrap_or(TWILIO).parse().context("sms.url: api is not a URL")?;
    anyhow::ensure!(
        api.as_str() == TWILIO || is_loopback(&api),
        "sms.url: api is not on this machine"
    );
    let path = format!("2010-04-01/Accounts/{}/Messages.json", account.0);
    Ok(SmsTransport::Twilio {
        http: http_client::client(SILENCE)?,
        url: api.join(&path)?,
        account,
        sender,
    })
}

/// Interprets a provider's response. Only its status is read.
fn interpret(response: reqwest::Result<Response>) -> Result<(), DeliveryError> {
    match response {
        Ok(response) => DeliveryError::of(response.status()),
        Err(error) if error.is_connect() => {
            Err(DeliveryError::Transient(causes(&error.without_url())))
        }
        Err(error) => Err(DeliveryError::Unknown(causes(&error.without_url()))),
    }
}
