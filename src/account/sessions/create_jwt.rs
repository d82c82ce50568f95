//! Creates a JWT for a session.

use super::jwt_claims::sign;
use crate::app::App;
use crate::auth::caller::{CredentialKind, SignedIn};
use crate::error::{Error, Result};

/// Signs a JWT for the caller's session, valid for `duration` seconds, at most the configured time.
///
/// A JWT can't be used to create another one: a leaked one could be renewed without end (SJ-6).
pub(super) fn run(
    app: &App,
    caller: &SignedIn,
    duration: Option<i32>,
    template: Option<&str>,
) -> Result<String> {
    if caller.by == CredentialKind::Jwt {
        return Err(Error::UserJwtCreationDenied);
    }
    let seconds = match duration {
        None => u32::MAX,
        Some(seconds) if seconds > 0 => seconds.unsigned_abs(),
        Some(_) => return Err(Error::argument("duration", "must be at least 1 second.")),
    };
    sign(app, &caller.session, &caller.user, seconds, template)
}
