//! Extending a session.

use entity::session;
use sea_orm::ActiveModelTrait;
use sea_orm::IntoActiveModel;
use sea_orm::Set;

use super::find;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Lets a session end a full length from now, but never past its absolute end (security.md SJ-11), and never
/// sooner than it would have.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &str,
) -> Result<session::Model> {
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            let user = tx.confirm(caller, now).await?;
            let session = find::own(&**tx, caller, id, now).await?;
            let length = &client.project.session;
            let end = (now + length.ttl()).min(session.created_at + length.absolute_ttl());
            let end = end.max(session.expires_at);
            let mut session = session.into_active_model();
            session.expires_at = Set(end);
            session.updated_at = Set(now);
            let session = session.update(&**tx).await?;
            tx.log("session.update", &user, client, now).await?;
            Ok(session)
        })
        .await
}
