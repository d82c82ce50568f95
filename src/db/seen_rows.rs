//! Tells new rows of a table from known ones, by numbers that the database gives them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use tokio::time::Instant;

/// How long rows may still appear with a lower number than a known one: transactions don't commit in the
/// order in which they draw their numbers. None takes so long: a change is given up after five seconds.
const OVERLAP: Duration = Duration::from_secs(15);

/// The rows that were seen. No clock but that of this process is asked, and only for spans.
#[derive(Debug)]
pub(crate) struct SeenRows {
    /// Rows up to this number are done.
    floor: i64,
    rows: BTreeMap<i64, Instant>,
}

impl SeenRows {
    /// Begins above a number.
    pub(crate) fn above(floor: i64) -> Self {
        Self { floor, rows: BTreeMap::new() }
    }

    /// The number above which rows are to be read.
    pub(crate) fn floor(&self) -> i64 {
        self.floor
    }

    /// Takes the row for seen. Returns whether it wasn't before.
    pub(crate) fn insert(&mut self, row: i64, now: Instant) -> bool {
        match self.rows.entry(row) {
            Entry::Vacant(new) => {
                new.insert(now);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// Raises the floor to rows that were seen so long ago that none appears before them any more.
    pub(crate) fn raise(&mut self, now: Instant) {
        while let Some(oldest) = self.rows.first_entry() {
            if now.duration_since(*oldest.get()) < OVERLAP {
                break;
            }
            self.floor = oldest.remove_entry().0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_new_once_also_behind_later_ones() {
        let mut seen = SeenRows::above(5);
        let now = Instant::now();

        assert!(seen.insert(8, now) && !seen.insert(8, now));
        let later = now + OVERLAP / 2;
        assert!(seen.insert(7, later));
        seen.raise(later);
        assert_eq!(seen.floor(), 5);
        seen.raise(later + OVERLAP);

        assert_eq!(seen.floor(), 8);
    }
}
