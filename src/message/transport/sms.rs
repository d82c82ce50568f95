//! SMS transports: a webhook of the operator, Twilio, or none.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::{Timestamp, message};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use sha2::Sha256;
use url::Url;

use super::{DeliveryError, SILENCE, webhook_key};
use crate::config::{Config, is_loopback};
use crate::crypto::keys::Keys;
use crate::http_client;
use crate::http_client::causes;
use crate::message::Content;

/// Twilio's host.
const TWILIO: &str = "https://api.twilio.com/";

/// The SMS transport.
pub enum SmsTransport {
    /// A signed call of the operator's server, in the form of Standard Webhooks.
    Webhook {
        /// Makes the calls.
        http: Client,
        /// The URL.
        url: Url,
        /// Signs the calls.
        key: Hmac<Sha256>,
    },
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

/// Creates the client for a webhook. One on this machine is called without the environment's proxy.
fn webhook_client(url: &Url) -> anyhow::Result<Client> {
    let builder = http_client::builder(SILENCE);
    let builder = if is_loopback(url) { builder.no_proxy() } else { builder };
    builder.build().context("no HTTP client can be made")
}

impl SmsTransport {
    /// Opens the transport of `sms.url`. It connects with the first message.
    pub(in crate::message) fn open(config: &Config, keys: &Keys) -> anyhow::Result<Self> {
        let url = config.sms.url.expose();
        Ok(match url.scheme() {
            "http" | "https" => Self::Webhook {
                http: webhook_client(url)?,
                url: url.clone(),
                key: Hmac::new_from_slice(&webhook_key(keys))?,
            },
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
            Self::Webhook { url, .. } => {
                let host = url.host_str().unwrap_or_default();
                format!("by a webhook to {host}; --sms tries it")
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
            Self::Webhook { http, url, key } => {
                let body = json!({
                    "type": "sms",
                    "project": message.project_id,
                    "kind": message.kind,
                    "to": message.recipient,
                    "text": content.text,
                });
                let (id, body) = (message.id.as_str(), body.to_string());
                let signature = sign(key, id, now, &body);
                let call = http
                    .post(url.clone())
                    .header("content-type", "application/json")
                    .header("webhook-id", id)
                    .header("webhook-timestamp", now.seconds())
                    .header("webhook-signature", signature)
                    .body(body);
                call_out(call).await
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
                call_out(call).await
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

/// Makes the call. Only the status of the response is read.
async fn call_out(call: RequestBuilder) -> Result<(), DeliveryError> {
    match call.send().await {
        Ok(response) => DeliveryError::of(response.status()),
        Err(error) if error.is_connect() => {
            Err(DeliveryError::Transient(causes(&error.without_url())))
        }
        Err(error) => Err(DeliveryError::Unknown(causes(&error.without_url()))),
    }
}

/// The signature of Standard Webhooks, version 1.
fn sign(key: &Hmac<Sha256>, id: &str, now: Timestamp, body: &str) -> String {
    let mut mac = key.clone();
    mac.update(format!("{id}.{}.{body}", now.seconds()).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
