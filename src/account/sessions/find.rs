//! Finds sessions of the caller. Those of other users read as not found.

use entity::{Timestamp, session};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

use crate::account::arguments;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::db::FindUnique;
use crate::error::{Error, Result};

/// The caller's live sessions, oldest first.
pub(super) async fn list(app: &App, caller: &SignedIn) -> Result<Vec<session::Model>> {
    let sessions = session::Entity::find_active_of(&caller.user.key(), app.clock.now())
        .order_by_asc(session::Column::CreatedAt)
        .order_by_asc(session::Column::Id)
        .all(app.db.read())
        .await?;
    Ok(sessions)
}

/// The caller's session with this id; `current` stands for the session of the request.
pub(super) async fn get(app: &App, caller: &SignedIn, id: &str) -> Result<session::Model> {
    arguments::id("sessionId", id)?;
    if id == "current" || id == caller.session.id.as_str() {
        return Ok(caller.session.clone());
    }
    own(app.db.read(), caller, id, app.clock.now()).await
}

/// The caller's session with this id, read through `db`.
pub(super) async fn own(
    db: &impl ConnectionTrait,
    caller: &SignedIn,
    id: &str,
    now: Timestamp,
) -> Result<session::Model> {
    arguments::id("sessionId", id)?;
    session::Entity::find_active_of(&caller.user.key(), now)
        .filter(session::Column::Id.eq(caller.session_id(id)))
        .find_unique(db)
        .await?
        .ok_or(Error::UserSessionNotFound)
}
