//! Makes responses about an address take the same time, whether or not it has an account.

use std::time::Duration;

use tokio::time::sleep;

/// The minimum duration of such a response.
const MINIMUM_DURATION: Duration = Duration::from_millis(10);

/// Runs `work`, and returns after the minimum duration. It hides the remaining difference of tens of
/// microseconds between addresses with and without an account (EN-3).
pub(in crate::account) async fn with_minimum_duration<T>(work: impl Future<Output = T>) -> T {
    tokio::join!(work, sleep(MINIMUM_DURATION)).0
}
