//! Signs out of all sessions.

use entity::security_log::Event;
use entity::session;

use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Ends all sessions of the caller.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client) -> Result<()> {
    app.change(client, async |tx| {
        let user = tx.confirm(caller).await?;
        session::Entity::delete_all_of(&user.key()).exec(tx).await?;
        tx.log(Event::SessionDelete, &user).await
    })
    .await
}
