//! New secrets for the session of a user who is anonymous no more.

use entity::{session, user};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, Set};

use super::open::Opened;
use crate::account::change::Change;
use crate::app::App;
use crate::auth::caller::{CredentialKind, SignedIn};
use crate::crypto::session_secret::SessionSecret;
use crate::error::Result;

/// Ends the other sessions of a user who was anonymous `before`, and gives the one in use a new secret if a cookie can
/// bring it to its client: who knew the old one need not be who the user is now (SJ-9).
///
/// A session that was shown in a header keeps its secret, which no answer but that of a sign-in may hold.
pub(in crate::account) async fn renew(
    app: &App,
    tx: &Change<'_>,
    caller: &SignedIn,
    before: &user::Model,
) -> Result<Option<Opened>> {
    if !before.has_no_address() {
        return Ok(None);
    }
    session::Entity::delete_all_of(&before.project_id, &before.id)
        .filter(session::Column::Id.ne(caller.session.id.clone()))
        .exec(tx)
        .await?;
    if caller.by != CredentialKind::Cookie {
        return Ok(None);
    }
    let secret = SessionSecret::new(before.id.clone(), &app.random);
    let mut session = caller.session.clone().into_active_model();
    session.secret_hash = Set(secret.hash());
    session.updated_at = Set(app.clock.now());
    let session = session.update(tx).await?;
    Ok(Some(Opened { session, secret }))
}
