//! The kinds of authenticators.

use entity::authenticator::Kind;

use crate::error::{Error, Result};

/// Parses a kind, in any case.
pub(super) fn parse(text: &str) -> Result<Kind> {
    if text.eq_ignore_ascii_case("totp") {
        return Ok(Kind::Totp);
    }
    Err(Error::argument("type", "must be `totp`."))
}
