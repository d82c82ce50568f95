//! How text messages leave.

use serde::Deserialize;

use super::Problems;
use super::SecretUrl;
use super::web_url;

/// The transport of text messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// `https://…`, `http://` with a loopback host, `twilio://…`, `inbox:` or `none:`.
    pub url: SecretUrl,
}

impl Sms {
    pub(super) fn check(&self, problems: &mut Problems) {
        let is_known = match self.url.scheme() {
            "http" | "https" => web_url::is_safe(self.url.expose()),
            "twilio" => self.url.has_host(),
            scheme @ ("inbox" | "none") => self.url.is_bare(scheme),
            _ => false,
        };
        problems.when(
            !is_known,
            "sms.url: none of https://host, http:// with a loopback host, twilio://…, inbox: and none:",
        );
    }
}
