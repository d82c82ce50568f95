//! Creates a JWT for a session.

use entity::{Timestamp, session};

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
    let seconds = match duration {
        None => u32::MAX,
        Some(seconds) if seconds > 0 => seconds.unsigned_abs(),
        Some(_) => return Err(Error::argument("duration", "must be at least 1 second.")),
    };
    sign(app, &caller.session, seconds)
}

/// Signs a JWT for `session`, valid for so many seconds, at most the configured time.
pub(crate) fn sign(app: &App, session: &session::Model, seconds: u32) -> Result<String> {
    let iat = seconds_since_1970(app.clock.now());
    let claims = Claims {
        aud: session.project_id.clone(),
        sub: session.user_id.clone(),
        sid: session.id.clone(),
        iat,
        exp: iat.saturating_add(seconds.min(app.config.jwt.ttl_seconds)),
        user_id: session.user_id.clone(),
        session_id: session.id.clone(),
    };
    Ok(app.jwt.sign(&claims)?)
}

fn seconds_since_1970(time: Timestamp) -> u32 {
    // Sufficient until the year 2106.
    u32::try_from(time.seconds()).unwrap_or(u32::MAX)
}
