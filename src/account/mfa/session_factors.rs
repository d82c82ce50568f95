//! The effect of a change of second factors on sessions.

use entity::{Factor, session, user};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, Set};

use crate::account::change::Change;
use crate::account::revocations;
use crate::account::sessions::end::end;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::auth::factors::is_half_open;
use crate::client::Client;
use crate::db::{AsIs, FindUnique};
use crate::error::Result;

/// Adds factors to the caller's session, whose user `tx` has locked.
pub(in crate::account) async fn add(
    tx: &Change<'_>,
    caller: &SignedIn,
    factors: impl IntoIterator<Item = Factor>,
) -> Result<session::Model> {
    let session = session::Entity::find_by_id(caller.session.id.clone()).find_unique(tx).await?;
    let session = session.ok_or_else(|| caller.session_ended())?;
    let factors = Factor::list(session.factors().into_iter().chain(factors));
    let mut change = session.into_active_model();
    change.factors = Set(factors);
    Ok(change.update_as_is(tx).await?)
}

/// Ends the user's other sessions after a change of factors, if the project ends them after a change of the password.
pub(in crate::account) async fn end_others(
    tx: &Change<'_>,
    client: &Client,
    user: &user::Model,
    caller: &SignedIn,
) -> Result<()> {
    if !client.project.security.end_other_sessions_on_password_change {
        return Ok(());
    }
    end(tx, &user.key(), session::Column::Id.ne(caller.session.id.clone())).await
}

/// Records for servers that verify tokens by themselves which sessions of `user` lack a second factor now: those servers may
/// hold tokens of them.
pub(in crate::account) async fn record_half_open(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
) -> Result<()> {
    if !user.mfa {
        return Ok(());
    }
    let mut half_open = Vec::new();
    for session in session::Entity::find_active_of(&user.key(), tx.now).all(tx).await? {
        if is_half_open(app, tx, user, &session).await? {
            half_open.push(session.id);
        }
    }
    revocations::record_sessions(tx, &user.key(), half_open).await
}
