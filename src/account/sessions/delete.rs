//! Signing out of one session.

use entity::SessionId;
use entity::security_log::Event;
use sea_orm::ModelTrait;

use super::find;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Ends one of the caller's sessions and answers its id.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &str,
) -> Result<SessionId> {
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            let user = tx.confirm(caller, now).await?;
            let session = find::own(tx, caller, id, now).await?;
            let id = session.id.clone();
            session.delete(tx).await?;
            tx.log(Event::SessionDelete, &user, client, now).await?;
            Ok(id)
        })
        .await
}
