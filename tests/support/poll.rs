//! Futures that are given up.

use std::future::poll_fn;
use std::task::Poll;

/// Polls a future so many times at most, then drops it; answers whether it came to its end.
pub(crate) async fn poll_times(future: impl Future, times: u32) -> bool {
    let mut future = Box::pin(future);
    let mut polled = 0;
    poll_fn(|context| {
        polled += 1;
        let done = future.as_mut().poll(context).is_ready();
        if done || polled == times { Poll::Ready(done) } else { Poll::Pending }
    })
    .await
}
