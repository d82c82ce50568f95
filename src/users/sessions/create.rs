//! Opens a session for a user.

use entity::UserId;
use entity::session::Method;

use crate::account::sessions::open::{Opened, open};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::{Error, Result};

/// Opens a session, unless the user is blocked. No e-mail about a new device is sent.
pub(super) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
) -> Result<Opened> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        if !user.enabled {
            return Err(Error::UserBlocked);
        }
        open(app, tx, &user, client, Method::Server).await
    })
    .await
}
