//! Signs out of one session.

use entity::SessionId;
use entity::security_log::Event;
use sea_orm::ModelTrait;

use super::find;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Ends one of the caller's sessions, and returns its id.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &str,
) -> Result<SessionId> {
    app.change(client, async |tx| {
        let user = tx.confirm(caller).await?;
        let session = find::own(tx, caller, id, tx.now).await?;
        let id = session.id.clone();
        session.delete(tx).await?;
        tx.log(Event::SessionDelete, &user).await?;
        Ok(id)
    })
    .await
}
