//! Creates a JWT for a session of a user.

use std::sync::Arc;

use entity::{SessionId, session, user};

use crate::account::sessions::find;
use crate::account::sessions::jwt_claims::sign;
use crate::app::App;
use crate::auth::accounts;
use crate::auth::factors::is_half_open;
use crate::error::{Error, Result};

/// How many seconds a JWT is valid by default.
const DEFAULT_SECONDS: u32 = 900;
/// How many seconds a JWT may be valid.
const MAX_SECONDS: u32 = 3600;

/// Signs a JWT for the session with this id, or for the newest one that doesn't lack a second factor. There is none without
/// a session: it would outlive all of them. What the user couldn't do with the session, the server can't either.
pub(super) async fn run(
    app: &App,
    user: &user::Model,
    session_id: Option<&str>,
    (duration, template): (Option<i32>, Option<&str>),
) -> Result<String> {
    let seconds = match duration.map(u32::try_from) {
        None => DEFAULT_SECONDS,
        Some(Ok(seconds @ ..=MAX_SECONDS)) => seconds,
        Some(_) => return Err(Error::argument("duration", "must be 0 to 3600 seconds.")),
    };
    if !user.enabled {
        return Err(Error::UserBlocked);
    }
    let db = app.db.read();
    let session = match session_id {
        None | Some("" | "recent") => newest(app, user).await?,
        Some(id) => {
            let id = SessionId::new(id);
            let session = find::own(db, &user.key(), &id, app.clock.now()).await?;
            if is_half_open(app, db, user, &session).await? {
                return Err(Error::UserMoreFactorsRequired);
            }
            Arc::new(session)
        }
    };
    sign(app, &session, user, seconds, template)
}

async fn newest(app: &App, user: &user::Model) -> Result<Arc<session::Model>> {
    for session in accounts::live_sessions(app, &user.key()).await?.into_iter().rev() {
        if !is_half_open(app, app.db.read(), user, &session).await? {
            return Ok(session);
        }
    }
    Err(Error::UserSessionNotFound)
}
