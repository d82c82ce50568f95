//! Creates a JWT for a session of a user.

use std::sync::Arc;

use entity::{SessionId, session, user};

use crate::account::sessions::create_jwt::sign;
use crate::account::sessions::find;
use crate::app::App;
use crate::auth::accounts;
use crate::error::{Error, Result};

/// How many seconds a JWT is valid by default.
const DEFAULT_SECONDS: u32 = 900;
/// How many seconds a JWT may be valid.
const MAX_SECONDS: u32 = 3600;

/// Signs a JWT for the session with this id, or for the newest one. There is none without a session: it would
/// outlive all of them.
pub(super) async fn run(
    app: &App,
    user: &user::Model,
    session_id: Option<&str>,
    duration: Option<i32>,
) -> Result<String> {
    let seconds = match duration.map(u32::try_from) {
        None => DEFAULT_SECONDS,
        Some(Ok(seconds @ ..=MAX_SECONDS)) => seconds,
        Some(_) => return Err(Error::argument("duration", "must be 0 to 3600 seconds.")),
    };
    let session = match session_id {
        None | Some("" | "recent") => newest(app, user).await?,
        Some(id) => {
            let id = SessionId::new(id);
            Arc::new(find::own(app.db.read(), &user.key(), &id, app.clock.now()).await?)
        }
    };
    sign(app, &session, seconds)
}

async fn newest(app: &App, user: &user::Model) -> Result<Arc<session::Model>> {
    accounts::live_sessions(app, &user.key()).await?.pop().ok_or(Error::UserSessionNotFound)
}
