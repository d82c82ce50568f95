//! A collector on loopback, which keeps the spans that it gets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use prost::Message;
use tokio::net::TcpListener;

use crate::support::TestApp;

/// Kinds of spans, as the protocol counts them.
pub(super) const INTERNAL: i32 = 1;
pub(super) const SERVER: i32 = 2;
pub(super) const CLIENT: i32 = 3;
pub(super) const CONSUMER: i32 = 5;

/// The collector.
#[derive(Clone)]
pub(super) struct Collector {
    port: u16,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// Its response.
    status: StatusCode,
    requests: usize,
    headers: HeaderMap,
    resource: BTreeMap<String, String>,
    bytes: Vec<u8>,
    spans: Vec<Sent>,
}

/// A span, as it was sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) name: String,
    pub(super) kind: i32,
    pub(super) trace: String,
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) events: Vec<String>,
    pub(super) has_failed: bool,
}

impl Collector {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let collector = Self { port, kept: Arc::default() };
        let routes = Router::new().route("/v1/traces", post(receive)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        collector
    }

    /// The settings of a server that sends its traces here.
    pub(super) fn settings(&self) -> String {
        format!("limits.rates = false\notlp.endpoint = 'http://127.0.0.1:{}'\n", self.port)
    }

    /// Answers with this status from now on.
    pub(super) fn answer(&self, status: StatusCode) {
        self.kept.lock().unwrap().status = status;
    }

    /// The spans of a server since the last call.
    pub(super) async fn drain(&self, app: &TestApp) -> Vec<Sent> {
        app.app.traces.as_ref().unwrap().flush().await;
        std::mem::take(&mut self.kept.lock().unwrap().spans)
    }

    /// All that it was sent.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.kept.lock().unwrap().bytes.clone()
    }

    /// How often it was called.
    pub(super) fn requests(&self) -> usize {
        self.kept.lock().unwrap().requests
    }

    /// The headers of the last call.
    pub(super) fn headers(&self) -> HeaderMap {
        self.kept.lock().unwrap().headers.clone()
    }

    /// The resource in the last call.
    pub(super) fn resource(&self) -> BTreeMap<String, String> {
        self.kept.lock().unwrap().resource.clone()
    }
}

async fn receive(
    State(collector): State<Collector>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut kept = collector.kept.lock().unwrap();
    kept.requests += 1;
    kept.headers = headers;
    kept.bytes.extend(&body);
    for of_resource in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
        kept.resource = texts(of_resource.resource.unwrap().attributes);
        let spans = of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        kept.spans.extend(spans.map(Sent::from));
    }
    kept.status
}

impl From<Span> for Sent {
    fn from(span: Span) -> Self {
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano, "{span:?}");
        Self {
            name: span.name,
            kind: span.kind,
            trace: hex::encode(span.trace_id),
            id: hex::encode(span.span_id),
            parent: hex::encode(span.parent_span_id),
            attributes: texts(span.attributes),
            events: span.events.into_iter().map(|event| event.name).collect(),
            has_failed: span.status.unwrap().code == SpanStatus::Error as i32,
        }
    }
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |attribute: KeyValue| {
        let value = match attribute.value.unwrap().value.unwrap() {
            any_value::Value::StringValue(text) => text,
            any_value::Value::IntValue(number) => number.to_string(),
            other => panic!("{other:?}"),
        };
        (attribute.key, value)
    };
    attributes.into_iter().map(text).collect()
}
