//! The SMS transport.

use serde::Deserialize;

use super::{ConfigErrors, SecretUrl, web_url};

/// The SMS transport.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// `https://…`, `http://` with a loopback host, `twilio://…`, `inbox:` or `none:`.
    pub url: SecretUrl,
    /// The maximum number of messages to one number in an hour.
    pub per_number_hourly: u32,
    /// The minimum number of seconds between two messages to a number.
    pub seconds_between: u64,
    /// The maximum number of messages to one country code in a day.
    pub per_country_daily: u32,
    /// The maximum number of messages in a day.
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
