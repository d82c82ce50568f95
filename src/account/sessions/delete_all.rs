//! Signs out of all sessions.

use entity::UserId;
use entity::security_log::Event;

use super::end::end_all;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;

/// Ends all sessions of the user.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
) -> Result<()> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        end_all(tx, &user.key()).await?;
        tx.log(Event::SessionDelete, &user).await
    })
    .await
}
