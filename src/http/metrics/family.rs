//! Families of metrics, and how they are written.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabel, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet,
    prometheus_text, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::error::Result;
use crate::metrics::Reading;

/// The text formats of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `OpenMetrics`.
    OpenMetrics,
    /// The older format of Prometheus.
    Plain,
}

impl Format {
    /// The media type.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// What a family measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What only grows; its name ends with `_total`.
    Counter,
    /// What is now.
    Gauge,
    /// How long something takes.
    Histogram,
    /// Facts, as labels; its name ends with `_info`.
    Info,
}

/// Metrics of one name.
#[derive(Clone, Debug)]
pub(super) struct Family {
    kind: Kind,
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    samples: Vec<(Vec<String>, Sample)>,
}

/// One value.
#[derive(Clone, Debug)]
pub(super) enum Sample {
    /// How many.
    Whole(u64),
    /// How much.
    Real(f64),
    /// How long each.
    Durations(Reading),
}

impl Family {
    /// A family without values, with the names of their labels. The help is a sentence without its full stop.
    pub(super) fn new(
        kind: Kind,
        name: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self { kind, name, labels, help, samples: Vec::new() }
    }

    /// Adds a value with these labels, in the order of their names.
    pub(super) fn with<const N: usize>(mut self, labels: [&str; N], sample: Sample) -> Self {
        self.samples.push((labels.map(str::to_owned).into(), sample));
        self
    }

    /// Adds values.
    pub(super) fn with_all<'a, const N: usize>(
        self,
        samples: impl IntoIterator<Item = ([&'a str; N], Sample)>,
    ) -> Self {
        samples.into_iter().fold(self, |family, (labels, sample)| family.with(labels, sample))
    }

    fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Counter => MetricType::Counter,
            Kind::Gauge => MetricType::Gauge,
            Kind::Histogram => MetricType::Histogram,
            Kind::Info => MetricType::Info,
        };
        let help = format!("{}.", self.help);
        let mut encoder = encoder.encode_descriptor(self.name, &help, None, kind)?;
        for (values, sample) in &self.samples {
            let labels = Labels { names: self.labels, values };
            let encoder = encoder.encode_family(&labels)?;
            sample.encode(self.kind, encoder)?;
        }
        Ok(())
    }
}

impl Sample {
    fn encode(&self, kind: Kind, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        match (kind, self) {
            (Kind::Counter, Self::Whole(count)) => {
                encoder.encode_counter::<NoLabelSet, _, u64>(count, None)
            }
            (Kind::Counter, Self::Real(sum)) => {
                encoder.encode_counter::<NoLabelSet, _, u64>(sum, None)
            }
            (Kind::Gauge, Self::Whole(count)) => encoder.encode_gauge(count),
            (Kind::Gauge, Self::Real(amount)) => encoder.encode_gauge(amount),
            (Kind::Info, _) => encoder.encode_info(&NO_LABELS),
            (_, Self::Durations(Reading { count, seconds, buckets })) => {
                encoder.encode_histogram::<NoLabelSet>(*seconds, *count, buckets, None)
            }
            (Kind::Histogram, Self::Whole(_) | Self::Real(_)) => Err(fmt::Error),
        }
    }
}

/// No labels.
const NO_LABELS: [(&str, &str); 0] = [];

/// The labels of a value.
struct Labels<'a> {
    names: &'static [&'static str],
    values: &'a [String],
}

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.names
            .iter()
            .zip(self.values)
            .try_for_each(|(name, value)| (*name, value.as_str()).encode(encoder.encode_label()))
    }
}

/// All metrics of a server at one moment.
#[derive(Debug)]
pub(super) struct Families(pub(super) Vec<Family>);

impl Families {
    /// The metrics as text.
    pub(super) fn into_text(self, format: Format) -> Result<String> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        let written = match format {
            Format::OpenMetrics => text::encode(&mut text, &registry),
            Format::Plain => prometheus_text::encode(&mut text, &registry),
        };
        written.map_err(anyhow::Error::from)?;
        Ok(text)
    }
}

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|family| family.encode(&mut encoder))
    }
}
