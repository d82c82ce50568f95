//! Spans of calls of other servers, which get the trace in `traceparent`.

use axum::http::{HeaderName, HeaderValue};
use opentelemetry::trace::{Span as _, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::Span;

use super::begin_in;

/// The header with the trace and the span that a request belongs to.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A call of another server.
#[derive(Debug)]
pub struct Call {
    /// None if the trace isn't recorded.
    span: Option<Box<Span>>,
    /// The `traceparent` for the other server.
    context: SpanContext,
}

impl Call {
    /// Whether there is a current span, so that a call belongs to a trace.
    pub fn is_traced() -> bool {
        Context::map_current(TraceContextExt::has_active_span)
    }

    /// Begins a call of a host in the current span. Of its URL, the span has no more, because the rest may be secret.
    pub fn begin(name: &str, (host, port): (&str, Option<u16>)) -> Self {
        Context::map_current(|context| {
            let current = context.span();
            let current = current.span_context();
            let span = if current.is_sampled() {
                begin_in(context, SpanKind::Client, || {
                    let mut attributes = vec![KeyValue::new("server.address", host.to_owned())];
                    attributes
                        .extend(port.map(|port| KeyValue::new("server.port", i64::from(port))));
                    (name.to_owned().into(), attributes)
                })
            } else {
                None
            };
            let span = span.map(Box::new);
            let context = span.as_ref().map_or(current, |span| span.span_context()).clone();
            Self { span, context }
        })
    }

    /// The value of `traceparent`, if there is a trace.
    pub fn header(&self) -> Option<HeaderValue> {
        let Self { context, .. } = self;
        if !context.is_valid() {
            return None;
        }
        let flags = context.trace_flags() & TraceFlags::SAMPLED;
        let value = format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id());
        HeaderValue::try_from(value).ok()
    }

    /// Adds an attribute.
    pub fn set(&mut self, key: &'static str, value: impl Into<opentelemetry::Value>) {
        if let Some(span) = &mut self.span {
            span.set_attribute(KeyValue::new(key, value.into()));
        }
    }

    /// Notes that the call has failed, with an error of this type.
    pub fn fail(&mut self, kind: impl Into<String>) {
        if let Some(span) = &mut self.span {
            span.set_attribute(KeyValue::new("error.type", kind.into()));
            span.set_status(Status::error(""));
        }
    }
}
