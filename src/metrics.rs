//! Metrics, in the text format of `OpenMetrics`.

use std::fmt;
use std::time::Duration;

use entity::message::{Channel, State};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use sea_orm::ActiveEnum;

use crate::crypto::password_hash::PasswordHasher;
use crate::error::Result;

/// The media type of the text format.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters by one label. Labels are names from the code, so there are few.
type Counters = Family<[(&'static str, String); 1], Counter>;

/// The metrics of a process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    fields: Counters,
    errors: Counters,
    responses: Counters,
    seconds: Histogram,
    messages: Family<[(&'static str, String); 2], Counter>,
    accounts_hits: Counter,
    accounts_misses: Counter,
}

impl Metrics {
    /// Creates the metrics; those of `passwords` are read on request.
    pub fn new(passwords: PasswordHasher) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("accountd"),
            fields: Family::default(),
            errors: Family::default(),
            responses: Family::default(),
            // From half a millisecond to eight seconds.
            seconds: Histogram::new(exponential_buckets(0.0005, 2.0, 15)),
            messages: Family::default(),
            accounts_hits: Counter::default(),
            accounts_misses: Counter::default(),
        };
        metrics.registered(passwords)
    }

    fn registered(mut self, passwords: PasswordHasher) -> Self {
        let registry = &mut self.registry;
        registry.register("field_calls", "Calls of root fields", self.fields.clone());
        registry.register("errors", "Errors of fields and documents by type", self.errors.clone());
        registry.register("http_responses", "Responses by status", self.responses.clone());
        registry.register("http_seconds", "Time to a response's head", self.seconds.clone());
        registry.register("messages", "Attempts at messages by outcome", self.messages.clone());
        let help = "Accounts of callers that were kept in memory";
        registry.register("accounts_hits", help, self.accounts_hits.clone());
        let help = "Accounts of callers that were read from SQLite";
        registry.register("accounts_misses", help, self.accounts_misses.clone());
        registry.register_collector(Box::new(Passwords(passwords)));
        self
    }

    /// Counts a call of a root field that reached its guard.
    pub fn count_field(&self, field: &str) {
        self.fields.get_or_create(&[("field", field.to_owned())]).inc();
    }

    /// Counts an error by its type on the wire.
    pub fn count_error(&self, kind: &str) {
        self.errors.get_or_create(&[("type", kind.to_owned())]).inc();
    }

    /// Counts a response, and the time that it took.
    pub fn count_response(&self, status: u16, elapsed: Duration) {
        self.responses.get_or_create(&[("status", status.to_string())]).inc();
        self.seconds.observe(elapsed.as_secs_f64());
    }

    /// Counts an attempt to send a message by its result; `Queued` means it will be retried.
    pub fn count_message(&self, channel: Channel, state: State) {
        let labels = [("channel", channel.to_value()), ("outcome", state.to_value())];
        self.messages.get_or_create(&labels).inc();
    }

    /// Counts the account of a caller: kept in memory, or read from SQLite.
    pub fn count_account(&self, was_kept: bool) {
        if was_kept {
            self.accounts_hits.inc()
        } else {
            self.accounts_misses.inc()
        };
    }

    /// All metrics as text.
    pub fn to_text(&self) -> Result<String> {
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(anyhow::Error::from)?;
        Ok(text)
    }
}

/// Reads the password hasher's counters.
#[derive(Debug)]
struct Passwords(PasswordHasher);

impl Collector for Passwords {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let hashes = ConstCounter::new(self.0.hashes());
        let help = "Passwords hashed or verified";
        hashes.encode(encoder.encode_descriptor(
            "password_hashes",
            help,
            None,
            hashes.metric_type(),
        )?)?;
        let waiting = ConstGauge::new(i64::try_from(self.0.waiting()).unwrap_or(i64::MAX));
        let help = "Passwords that wait for their turn";
        waiting.encode(encoder.encode_descriptor(
            "passwords_waiting",
            help,
            None,
            waiting.metric_type(),
        )?)
    }
}
