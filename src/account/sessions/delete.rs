//! Signs out of one session.

use entity::security_log::Event;
use entity::{SessionId, UserId, session};
use sea_orm::ColumnTrait;

use super::end::end;
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
        end(tx, &user.key(), session::Column::Id.eq(session.id)).await?;
        let ended =
            if session.half_open { Event::SessionDeletePending } else { Event::SessionDelete };
        tx.log(ended, &user).await
    })
    .await
}
