//! How many query strings a list takes, and how long they may be.

use crate::error::{Error, Result};

/// The most query strings that a list takes.
const MAX_QUERIES: usize = 100;
/// The longest query string, in characters.
const MAX_LENGTH: usize = 4096;

/// Fails if there are too many queries, or if one is too long.
pub(super) fn check(queries: &[Option<String>]) -> Result<()> {
    let too_long = |query: &Option<String>| {
        query.as_ref().is_some_and(|query| query.chars().count() > MAX_LENGTH)
    };
    if queries.len() > MAX_QUERIES || queries.iter().any(too_long) {
        return Err(Error::argument(
            "queries",
            "must be at most 100 queries of at most 4096 characters each.",
        ));
    }
    Ok(())
}
