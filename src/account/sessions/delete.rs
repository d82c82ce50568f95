//! Signs out of one session.

use entity::security_log::Event;
use entity::{SessionId, UserId};
use sea_orm::ModelTrait;

use super::find;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;

/// Ends one of the user's sessions.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    id: &SessionId,
) -> Result<()> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        let session = find::own(tx, &user.key(), id, tx.now).await?;
        session.delete(tx).await?;
        tx.log(Event::SessionDelete, &user).await
    })
    .await
}
