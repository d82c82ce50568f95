//! Spans that wait to be sent: a bounded queue, and a task that sends them in batches.

use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::collector::Collector;
use crate::metrics::{Metrics, SpanLoss};

/// How many spans wait. Beyond that, new ones are dropped: a collector that is away must not take the server's memory.
const CAPACITY: usize = 4096;
/// How many are sent at once.
const BATCH: usize = 512;
/// How long the first of a batch waits for others.
const INTERVAL: Duration = Duration::from_secs(2);

/// Takes the spans that have ended.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    sender: mpsc::Sender<Item>,
    /// Dropped since the last batch.
    dropped: Arc<AtomicU64>,
    metrics: Arc<Metrics>,
}

#[derive(Debug)]
enum Item {
    Span(Box<SpanData>),
    /// Dropped once all spans before it were sent, or given up.
    Flush(oneshot::Sender<()>),
}

impl Queue {
    /// Starts to send to a collector, until all handles are dropped.
    pub(super) fn start(collector: Collector) -> Self {
        let (sender, items) = mpsc::channel(CAPACITY);
        let dropped = Arc::<AtomicU64>::default();
        let metrics = collector.metrics();
        tokio::spawn(send_all(items, collector, Arc::clone(&dropped)));
        Self { sender, dropped, metrics }
    }

    /// Waits until what is in the queue was sent, or for so long.
    pub(super) async fn flush(&self, limit: Duration) {
        let (done, flushed) = oneshot::channel();
        let flushing = async {
            if self.sender.send(Item::Flush(done)).await.is_ok() {
                // It is dropped, never used.
                let _ = flushed.await;
            }
        };
        if timeout(limit, flushing).await.is_err() {
            tracing::warn!("the last spans of traces were not sent in time");
        }
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.sender.try_send(Item::Span(Box::new(span))).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            self.metrics.count_lost_spans(SpanLoss::QueueFull, 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// Sends spans in batches until there will be no more.
async fn send_all(
    mut items: mpsc::Receiver<Item>,
    mut collector: Collector,
    dropped: Arc<AtomicU64>,
) {
    let mut batch = Vec::new();
    while let Some(first) = items.recv().await {
        let deadline = Instant::now().checked_add(INTERVAL).unwrap_or_else(Instant::now);
        let mut next = Some(first);
        let mut flush = None;
        while let Some(item) = next {
            match item {
                Item::Span(span) => batch.push(*span),
                Item::Flush(done) => {
                    flush = Some(done);
                    break;
                }
            }
            if batch.len() >= BATCH {
                break;
            }
            next = timeout_at(deadline, items.recv()).await.ok().flatten();
        }
        if !batch.is_empty() {
            collector.send(take(&mut batch), dropped.swap(0, Ordering::Relaxed)).await;
        }
        drop(flush);
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{Tracer, TracerProvider};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;

    /// A queue of this length, of which nothing is sent.
    fn queue(capacity: usize) -> (Queue, mpsc::Receiver<Item>) {
        let (sender, items) = mpsc::channel(capacity);
        (Queue { sender, dropped: Arc::default(), metrics: Arc::new(Metrics::new([])) }, items)
    }

    /// A collector that takes nothing costs no more memory than the queue has.
    #[tokio::test]
    async fn a_full_queue_drops_what_is_new() {
        let (queue, mut items) = queue(2);
        let provider = SdkTracerProvider::builder().with_span_processor(queue.clone()).build();
        let tracer = provider.tracer("test");

        for name in ["one", "two", "three"] {
            drop(tracer.start(name));
        }

        assert_eq!(queue.dropped.load(Ordering::Relaxed), 1);
        let lost: Vec<_> =
            queue.metrics.spans_lost.counts().filter(|(_, lost)| *lost > 0).collect();
        assert_eq!(lost, [(&["queue_full"], 1)]);
        let Some(Item::Span(first)) = items.recv().await else { unreachable!() };
        assert_eq!(first.name, "one");
    }

    #[tokio::test]
    async fn a_flush_has_an_end() {
        let (queue, _items) = queue(1);

        queue.flush(Duration::from_millis(10)).await;
    }
}
