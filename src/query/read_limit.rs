//! How much the lists of one operation may read.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use super::MAX_LIMIT;
use crate::error::{Error, Result};

/// How much the rows of one operation may take in memory: what 250 users have whose preferences are the largest.
pub(crate) const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What the lists of one operation have read so far.
#[derive(Debug, Default)]
pub struct ReadLimit {
    rows: AtomicU64,
    bytes: AtomicU64,
    /// Held while rows are read: the lists of an operation read one after the other.
    pub(crate) lock: Mutex<()>,
}

impl ReadLimit {
    /// Counts `rows` that a list is about to read, as its `argument` requests. Fails if the lists of the operation would
    /// return more than 5,000.
    pub(crate) fn charge_rows(&self, argument: &'static str, rows: u64) -> Result<()> {
        if add(&self.rows, rows) <= MAX_LIMIT {
            return Ok(());
        }
        let problem =
            "this operation would return more than 5000 rows in total; use smaller limits.";
        Err(Error::argument(argument, problem))
    }

    /// Counts the memory of rows that were read. Fails if the operation exceeds its limit.
    pub(crate) fn charge_bytes(&self, argument: &'static str, bytes: usize) -> Result<()> {
        if add(&self.bytes, u64::try_from(bytes).unwrap_or(u64::MAX)) <= MAX_BYTES {
            return Ok(());
        }
        let problem = "this operation would return more than 16 MiB; use smaller limits.";
        Err(Error::argument(argument, problem))
    }
}

fn add(counter: &AtomicU64, amount: u64) -> u64 {
    counter.fetch_add(amount, Ordering::Relaxed).saturating_add(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_share_a_limit() {
        let read_limit = ReadLimit::default();
        let type_of = |taken: Result<()>| taken.map_err(|error| error.wire().0);

        for _ in 0..2 {
            assert_eq!(type_of(read_limit.charge_rows("queries", MAX_LIMIT / 2)), Ok(()));
            assert_eq!(type_of(read_limit.charge_bytes("queries", 8 * 1024 * 1024)), Ok(()));
        }
        assert_eq!(type_of(read_limit.charge_rows("queries", 1)), Err("general_argument_invalid"));
        assert_eq!(type_of(read_limit.charge_bytes("queries", 1)), Err("general_argument_invalid"));
    }
}
