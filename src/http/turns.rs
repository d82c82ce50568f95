//! Turns of a connection: one request each, so that requests under way on one connection leave others theirs (AV-10).

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

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

    /// Takes the turn for a request. If another one was handled in it, others have theirs before. A connection with one
    /// request at a time never waits.
    pub(super) async fn take(&self) {
        while self.0.swap(true, Ordering::Relaxed) {
            leave_to_others().await;
        }
    }

    /// Ends a request, perhaps in a later turn than it has begun: the next one has another.
    pub(super) fn end(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits until the others of this thread have had a turn, also those whose sockets have become readable meanwhile.
///
/// The runtime wakes a task that yields after it has looked at all sockets. But hyper wakes the task at once when a body is
/// read; without this, the runtime would look only after 61 turns.
async fn leave_to_others() {
    let mut left = None;
    poll_fn(|cx| {
        let left = left.get_or_insert_with(|| {
            let left = Arc::new(Left { is_over: AtomicBool::new(false), task: cx.waker().clone() });
            let waker = Waker::from(Arc::clone(&left));
            // Pending at first.
            let _ = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
            left
        });
        if left.is_over.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// A task that leaves its turn to others.
struct Left {
    is_over: AtomicBool,
    task: Waker,
}

impl Wake for Left {
    fn wake(self: Arc<Self>) {
        self.is_over.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}
