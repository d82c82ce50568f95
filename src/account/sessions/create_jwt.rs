//! Creates a JWT for a session.

use entity::Timestamp;

use crate::app::App;
use crate::auth::caller::{CredentialKind, SignedIn};
use crate::crypto::jwt::Claims;
use crate::error::{Error, Result};

/// Signs a JWT for the caller's session, valid for `duration` seconds, at most the configured time.
///
/// A JWT can't be used to create another one: a leaked one could be renewed without end (SJ-6).
pub(super) fn run(app: &App, caller: &SignedIn, duration: Option<i32>) -> Result<String> {
    if caller.by == CredentialKind::Jwt {
        return Err(Error::UserJwtCreationDenied);
    }
    let max_ttl = app.config.jwt.ttl_seconds;
    let seconds = match duration {
        None => max_ttl,
        Some(seconds) if seconds > 0 => seconds.unsigned_abs().min(max_ttl),
        Some(_) => return Err(Error::argument("duration", "must be at least 1 second.")),
    };
    let now = app.clock.now();
    let iat = seconds_since_1970(now);
    let claims = Claims {
        aud: caller.user.project_id.clone(),
        sub: caller.user.id.clone(),
        sid: caller.session.id.clone(),
        iat,
        exp: iat.saturating_add(seconds),
        user_id: caller.user.id.clone(),
        session_id: caller.session.id.clone(),
    };
    Ok(app.jwt.sign(&claims)?)
}

fn seconds_since_1970(time: Timestamp) -> u32 {
    // Sufficient until the year 2106.
    u32::try_from(time.seconds()).unwrap_or(u32::MAX)
}
