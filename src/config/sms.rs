//! How text messages leave.

use serde::Deserialize;

use super::{ConfigErrors, SecretUrl, web_url};

/// The transport of text messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// `https://…`, `http://` with a loopback host, `twilio://…`, `inbox:` or `none:`.
    pub url: SecretUrl,
    /// How many messages one number gets in an hour.
    pub per_number_hourly: u32,
    /// How long a number waits for its next message, in seconds.
    pub seconds_between: u64,
    /// How many messages the numbers of one country code get in a day.
    pub per_country_daily: u32,
    /// How many messages are sent in a day.
    pub daily: u32,
    /// The country codes of numbers that messages go to; all when empty.
    pub countries: Vec<u16>,
}

impl Sms {
    pub(super) fn check(&self, problems: &mut ConfigErrors) {
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
