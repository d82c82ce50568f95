//! Answers about an address that take the same time, whether or not it has an account.

use std::time::Duration;

use tokio::time::sleep;

/// How long an answer about an address takes, at least.
const EVEN: Duration = Duration::from_millis(10);

/// Does what is done alike for every address, and answers after the same time: what is left of a difference between an
/// address with an account and one without (tens of microseconds) is not in the answer (EN-3).
pub(in crate::account) async fn with_minimum_duration<T>(work: impl Future<Output = T>) -> T {
    tokio::join!(work, sleep(EVEN)).0
}
