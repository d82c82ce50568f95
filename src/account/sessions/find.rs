//! Finds sessions of a user. Those of other users read as not found.

use entity::{SessionId, Timestamp, UserKey, session};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use crate::account::arguments;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::db::FindUnique;
use crate::error::{Error, Result};

/// The caller's session with this id; `current` stands for the session of the request.
pub(super) async fn get(app: &App, caller: &SignedIn, id: &str) -> Result<session::Model> {
    let id = caller.session_id(id);
    if id == caller.session.id {
        return Ok((*caller.session).clone());
    }
    own(app.db.read(), &caller.user.key(), &id, app.clock.now()).await
}

/// The user's session with this id, read through `db`.
pub(crate) async fn own(
    db: &impl ConnectionTrait,
    user: &UserKey,
    id: &SessionId,
    now: Timestamp,
) -> Result<session::Model> {
    arguments::id("sessionId", id.as_str())?;
    session::Entity::find_active_of(user, now)
        .filter(session::Column::Id.eq(id.clone()))
        .find_unique(db)
        .await?
        .ok_or(Error::UserSessionNotFound)
}
