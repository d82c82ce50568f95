//! Renews the session secret of a user who is no longer anonymous.

use entity::{session, user};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, Set};

use super::end::end;
use super::open::Opened;
use crate::account::change::Change;
use crate::app::App;
use crate::auth::caller::{CredentialKind, SignedIn};
use crate::crypto::session_secret::SessionSecret;
use crate::error::Result;

/// If the user was anonymous `before`, ends the other sessions, and gives the current session a new secret if a cookie can
/// deliver it: someone else may know the old one (SJ-9).
///
/// A session whose secret came in a header keeps it: only the response to a sign-in may contain a secret.
pub(in crate::account) async fn renew(
    app: &App,
    tx: &Change<'_>,
    caller: &SignedIn,
    before: &user::Model,
) -> Result<Option<Opened>> {
    if !before.has_no_address() {
        return Ok(None);
    }
    end(tx, &before.key(), session::Column::Id.ne(caller.session.id.clone())).await?;
    if caller.by != CredentialKind::Cookie {
        return Ok(None);
    }
    let secret = SessionSecret::new(before.id.clone(), &app.random);
    let mut session = (*caller.session).clone().into_active_model();
    session.secret_hash = Set(secret.hash());
    session.updated_at = Set(app.clock.now());
    let session = session.update(tx).await?;
    Ok(Some(Opened { session, secret }))
}
