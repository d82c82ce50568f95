//! Turns of a connection: one request each, so that requests under way on one connection leave others theirs (AV-10).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::poll_fn;
use tokio::task::yield_now;

/// Whether a connection has used its turn, which lasts for one poll of its task.
///
/// hyper handles up to sixteen requests that have arrived together (HTTP pipelining) in a row, if none of them waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<AtomicBool>);

impl Turn {
    /// Serves the connection, with a new turn at each poll.
    pub(super) async fn serve<C: Future>(&self, mut connection: Pin<&mut C>) -> C::Output {
        poll_fn(|cx| {
            self.0.store(false, Ordering::Relaxed);
            connection.as_mut().poll(cx)
        })
        .await
    }

    /// Answers a request. If this turn has handled another one, others have theirs before. A connection with one request
    /// at a time never waits.
    pub(super) async fn answer<T>(&self, answer: impl Future<Output = T>) -> T {
        while self.0.swap(true, Ordering::Relaxed) {
            yield_now().await;
        }
        let answered = answer.await;
        // Perhaps in a later turn than it has begun.
        self.0.store(true, Ordering::Relaxed);
        answered
    }
}
