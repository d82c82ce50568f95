//! Spans: what a request does, and how long it takes.
//!
//! The current span is OpenTelemetry's context of the running future, and has the tracer with it. Without one, as when no
//! traces are exported, all of this returns at once and describes nothing.

use std::borrow::Cow;

use futures_util::future::Either;
use opentelemetry::trace::{
    FutureExt, SpanBuilder, SpanContext, Status, TraceContextExt, Tracer as _, WithContext,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;

mod call;
mod parent;
mod statement;

pub use call::{Call, TRACEPARENT};
pub use opentelemetry::trace::SpanKind;
pub use parent::read_parent;
pub use statement::{Statement, System};

/// Begins traces.
#[derive(Clone, Debug)]
pub struct Tracer(Context);

impl Tracer {
    /// A tracer that hands its spans over to what `tracer` was made with.
    pub fn new(tracer: SdkTracer) -> Self {
        Self(Context::new().with_value(tracer))
    }

    /// Begins the first span of this process: in the trace of its `parent`, if it has one.
    pub fn begin(&self, kind: SpanKind, name: &'static str, parent: Option<SpanContext>) -> Scope {
        let context = match parent {
            Some(parent) => Cow::Owned(self.0.with_remote_span_context(parent)),
            None => Cow::Borrowed(&self.0),
        };
        let begun = begin_in(&context, kind, || (name.into(), Vec::new()));
        Scope(begun.map_or_else(|| context.clone().into_owned(), |span| context.with_span(span)))
    }
}

/// A span that other spans are begun in.
#[derive(Clone, Debug)]
pub struct Scope(Context);

impl Scope {
    /// The current span.
    pub fn current() -> Option<Self> {
        Context::map_current(|context| context.has_active_span().then(|| context.clone()).map(Self))
    }

    /// Begins a span in the current one. None if that isn't recorded.
    pub fn begin(describe: impl FnOnce() -> (Cow<'static, str>, Vec<KeyValue>)) -> Option<Self> {
        Context::map_current(|context| {
            if !context.span().span_context().is_sampled() {
                return None;
            }
            let span = begin_in(context, SpanKind::Internal, describe)?;
            Some(Self(context.with_span(span)))
        })
    }

    /// The trace's id, if the trace is recorded.
    pub fn trace_id(&self) -> Option<String> {
        let span = self.0.span();
        let context = span.span_context();
        context.is_sampled().then(|| context.trace_id().to_string())
    }

    /// Adds attributes, if the span is recorded.
    pub fn set(&self, attributes: impl FnOnce() -> Vec<KeyValue>) {
        let span = self.0.span();
        if span.span_context().is_sampled() {
            span.set_attributes(attributes());
        }
    }

    /// Names the span, if it is recorded.
    pub fn rename(&self, name: impl FnOnce() -> String) {
        let span = self.0.span();
        if span.span_context().is_sampled() {
            span.update_name(name());
        }
    }

    /// Notes an error of this type. If it `is_ours`, the span has failed.
    pub fn fail(&self, kind: &str, is_ours: bool) {
        let span = self.0.span();
        if !span.span_context().is_sampled() {
            return;
        }
        span.set_attribute(KeyValue::new("error.type", kind.to_owned()));
        if is_ours {
            span.set_status(Status::error(""));
        }
    }

    /// Ends the span, even if something else still has it.
    pub fn end(&self) {
        self.0.span().end();
    }
}

/// Runs `work` in the span, if there is one.
pub fn within<F: Future>(scope: Option<Scope>, work: F) -> Either<WithContext<F>, F> {
    match scope {
        Some(scope) => Either::Left(work.with_context(scope.0)),
        None => Either::Right(work),
    }
}

/// Runs `work` in the current span, in whichever task.
pub fn carry<F: Future>(work: F) -> Either<WithContext<F>, F> {
    within(Scope::current(), work)
}

/// Runs synchronous `work` in the span, if there is one.
pub fn in_scope<T>(scope: Option<&Scope>, work: impl FnOnce() -> T) -> T {
    let _current = scope.map(|scope| scope.0.clone().attach());
    work()
}

/// Notes in the current span that something has happened.
pub fn note_event(name: &str) {
    Context::map_current(|context| {
        let span = context.span();
        if span.span_context().is_sampled() {
            span.add_event(name.to_owned(), Vec::new());
        }
    });
}

/// Begins a span in a context.
fn begin_in(
    context: &Context,
    kind: SpanKind,
    describe: impl FnOnce() -> (Cow<'static, str>, Vec<KeyValue>),
) -> Option<opentelemetry_sdk::trace::Span> {
    let tracer = context.get::<SdkTracer>()?;
    let (name, attributes) = describe();
    let builder = SpanBuilder::from_name(name).with_kind(kind).with_attributes(attributes);
    Some(tracer.build_with_context(builder, context))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_tracer_nothing_is_described() {
        let described = || -> (Cow<'static, str>, Vec<KeyValue>) { unreachable!() };

        assert!(Scope::begin(described).is_none());
        assert!(Scope::current().is_none());
        assert!(!Call::is_traced());
        assert_eq!(carry(async { 7 }).await, 7);
        note_event("nothing");
    }
}
