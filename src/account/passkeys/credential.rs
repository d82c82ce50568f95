//! Reads the argument `credential`.

use async_graphql::Value;

use crate::account::preferences::text;
use crate::error::{Error, Result};

/// The longest credential, in bytes of JSON.
const MAX_LENGTH: usize = 16_384;

/// The text of a credential: an object, or a string of JSON.
pub(super) fn read(credential: Value) -> Result<String> {
    let json = text::read("credential", credential)?;
    if json.len() > MAX_LENGTH {
        return Err(Error::argument("credential", "must be at most 16384 bytes of JSON."));
    }
    Ok(json)
}
