//! The export of traces to a collector, by OTLP over HTTP.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, TracerProvider};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

use crate::config::otlp::Otlp;
use crate::metrics::Metrics;
use crate::trace::{Scope, SpanKind, Tracer};

mod collector;
mod queue;

use collector::Collector;
use queue::Queue;

/// How long the end of the server waits for the last spans to be sent.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Begins traces, and sends them.
#[derive(Debug)]
pub struct Traces {
    tracer: Tracer,
    queue: Queue,
}

impl Traces {
    /// Begins to export traces, if there is a collector. It is called with the first spans. Those that are lost are counted
    /// in `metrics`.
    pub fn open(config: &Otlp, metrics: &Arc<Metrics>) -> anyhow::Result<Option<Self>> {
        let Some(url) = config.traces_url() else { return Ok(None) };
        let headers = config.read_headers()?;
        let resource = Resource::builder()
            .with_service_name(config.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let queue = Queue::start(Collector::new(url, headers, &resource, Arc::clone(metrics))?);
        let ratio = Sampler::TraceIdRatioBased(config.sample);
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(ratio)))
            .with_span_processor(queue.clone())
            .with_resource(resource)
            .build();
        Ok(Some(Self { tracer: Tracer::new(provider.tracer("accountd")), queue }))
    }

    /// Begins the span of a request, in the trace of its `parent`, if it has one.
    pub fn begin_request(&self, parent: Option<SpanContext>) -> Scope {
        self.tracer.begin(SpanKind::Server, "request", parent)
    }

    /// Begins the trace of work beside requests.
    pub fn begin_job(&self, name: &'static str) -> Scope {
        self.tracer.begin(SpanKind::Consumer, name, None)
    }

    /// Sends the spans that have ended, and waits for it, but not for long.
    pub async fn flush(&self) {
        self.queue.flush(FLUSH_TIMEOUT).await;
    }
}
