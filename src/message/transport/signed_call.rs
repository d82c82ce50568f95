//! Calls a server of the operator, signed as in Standard Webhooks.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, ClientBuilder, Response};
use sha2::Sha256;
use url::Url;

use crate::config::is_loopback;
use crate::crypto::keys::PurposeKeys;
use crate::http_client;

/// A client for one URL.
pub struct SignedClient {
    http: Client,
    url: Url,
    /// The newest first.
    keys: Vec<Hmac<Sha256>>,
}

impl SignedClient {
    /// A client that signs with each of `keys`. A server on this machine is called without the environment's proxy.
    pub(super) fn new(
        builder: ClientBuilder,
        url: &Url,
        keys: &PurposeKeys,
    ) -> anyhow::Result<Self> {
        let builder = if is_loopback(url) { builder.no_proxy() } else { builder };
        Ok(Self {
            http: builder.build().context("no HTTP client can be made")?,
            url: url.clone(),
            keys: keys.iter().map(|key| Hmac::new_from_slice(key)).collect::<Result<_, _>>()?,
        })
    }

    /// The host that it calls.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Posts a JSON `body` under `id`, which is the same at every attempt.
    pub(super) async fn post(
        &self,
        id: &str,
        now: Timestamp,
        body: String,
    ) -> reqwest::Result<Response> {
        // While there are previous master secrets, receivers may know the key of either.
        let signatures: Vec<_> = self.keys.iter().map(|key| sign(key, id, now, &body)).collect();
        let call = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", now.seconds())
            .header("webhook-signature", signatures.join(" "))
            .body(body);
        http_client::send(call).await
    }
}

/// The signature, version 1.
fn sign(key: &Hmac<Sha256>, id: &str, now: Timestamp, body: &str) -> String {
    let mac = key.clone().chain_update(format!("{id}.{}.{body}", now.seconds()));
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A key in the format of Standard Webhooks libraries.
pub(super) fn format_key(key: [u8; 32]) -> String {
    format!("whsec_{}", STANDARD.encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let key = Hmac::new_from_slice(&key).unwrap();
        let now = Timestamp::from_millis(1_614_265_330_000);

        let signature = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", now, r#"{"test": 2432232314}"#);

        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
