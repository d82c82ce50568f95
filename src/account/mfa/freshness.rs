//! Whether the caller has signed in or shown a second factor a short time ago.

use std::time::Duration;

use entity::{Timestamp, session, user};

use crate::account::change::Change;
use crate::app::App;
use crate::auth::factors::SecondFactors;
use crate::error::{Error, Result};

/// How long a sign-in or a second factor allows to change second factors.
const FRESH: Duration = Duration::from_mins(30);

/// Fails unless the sign-in or the last second factor of `session` is fresh.
pub(crate) fn check(session: &session::Model, now: Timestamp) -> Result<()> {
    if now.since(session.shown_at()) <= FRESH { Ok(()) } else { Err(Error::UserChallengeRequired) }
}

/// The same for a user, whose row `tx` has locked, whose sign-ins need a second factor. Others pass.
pub(crate) async fn check_if_on(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    session: &session::Model,
) -> Result<()> {
    if user.mfa && SecondFactors::of(app, tx, user).await?.any() {
        check(session, tx.now)?;
    }
    Ok(())
}
