//! Calls the collector.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use prost::bytes::Bytes;
use reqwest::{Client, Response, StatusCode};
use tokio::time::{Instant, sleep};
use tracing::warn;
use url::Url;

use crate::config::is_loopback;
use crate::http_client;
use crate::http_client::causes;
use crate::metrics::{Metrics, SpanLoss};

/// How long the collector may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The pauses before a batch is sent again. Meanwhile the queue fills.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// How often it is logged that spans are lost.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// A collector of traces.
pub(super) struct Collector {
    http: Client,
    url: Url,
    headers: HeaderMap,
    resource: ResourceAttributesWithSchema,
    metrics: Arc<Metrics>,
    /// Lost since it was last logged.
    lost: u64,
    logged_at: Option<Instant>,
}

/// Why a batch is lost.
enum Failure {
    /// It may be taken later.
    Transient(String),
    /// It never will.
    Permanent(String),
}

impl Collector {
    /// A collector that takes traces at `url`. Lost ones are counted in `metrics`.
    pub(super) fn new(
        url: Url,
        mut headers: HeaderMap,
        resource: &Resource,
        metrics: Arc<Metrics>,
    ) -> anyhow::Result<Self> {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        let builder = http_client::builder(TIMEOUT);
        let builder = if is_loopback(&url) { builder.no_proxy() } else { builder };
        let http = builder.build().context("no HTTP client can be made")?;
        let resource = resource.into();
        Ok(Self { http, url, headers, resource, metrics, lost: 0, logged_at: None })
    }

    /// Where lost spans are counted.
    pub(super) fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    /// Sends spans, several times if need be. `dropped` are those that the queue had no room for.
    pub(super) async fn send(&mut self, spans: Vec<SpanData>, dropped: u64) {
        let count = u64::try_from(spans.len()).unwrap_or(u64::MAX);
        let resource_spans = group_spans_by_resource_and_scope(spans, &self.resource);
        let body = Bytes::from(ExportTraceServiceRequest { resource_spans }.encode_to_vec());
        let (kind, unsent, reason) = match self.send_body(&body).await {
            Ok(0) => (SpanLoss::Rejected, 0, "there were too many at once".to_owned()),
            Ok(rejected) => {
                (SpanLoss::Rejected, rejected, "the collector has rejected them".to_owned())
            }
            Err(Failure::Permanent(reason)) => (SpanLoss::Rejected, count, reason),
            Err(Failure::Transient(reason)) => (SpanLoss::Unavailable, count, reason),
        };
        self.metrics.count_lost_spans(kind, unsent);
        let lost = unsent.saturating_add(dropped);
        if lost > 0 {
            self.log(lost, &reason);
        }
    }

    /// Sends a batch, and returns how many of it the collector has rejected.
    async fn send_body(&self, body: &Bytes) -> Result<u64, Failure> {
        for pause in PAUSES {
            match self.post(body.clone()).await {
                Err(Failure::Transient(_)) => sleep(pause).await,
                done => return done,
            }
        }
        self.post(body.clone()).await
    }

    async fn post(&self, body: Bytes) -> Result<u64, Failure> {
        let call = self.http.post(self.url.clone()).headers(self.headers.clone()).body(body);
        let answer = call.send().await;
        let answer = answer.map_err(|error| Failure::Transient(causes(&error.without_url())))?;
        let status = answer.status();
        let error = format!("the collector answered {status}");
        match status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Err(Failure::Transient(error)),
            status if status.is_success() => Ok(rejected(answer).await),
            _ => Err(Failure::Permanent(error)),
        }
    }

    /// Logs the loss of spans, not too often.
    fn log(&mut self, lost: u64, reason: &str) {
        self.lost = self.lost.saturating_add(lost);
        if self.logged_at.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            let spans = std::mem::take(&mut self.lost);
            warn!(spans, setting = "otlp.endpoint", "spans of traces were lost: {reason}");
            self.logged_at = Some(Instant::now());
        }
    }
}

/// How many spans a collector has rejected, by an answer that is a success otherwise.
async fn rejected(answer: Response) -> u64 {
    let body = http_client::read(answer).await.unwrap_or_default();
    let partial = ExportTraceServiceResponse::decode(body.as_slice())
        .ok()
        .and_then(|answer| answer.partial_success);
    partial.and_then(|partial| u64::try_from(partial.rejected_spans).ok()).unwrap_or_default()
}
