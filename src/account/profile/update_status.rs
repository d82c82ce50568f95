//! Blocks the caller's account.

use entity::security_log::Event;
use entity::{token, user};
use sea_orm::{IntoActiveModel, Set};

use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::AsIs;
use crate::error::Result;

/// Blocks the user. The sessions stay, so that later calls get an error that says why.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client) -> Result<user::Model> {
    app.change(client, async |tx| {
        let mut user = tx.confirm(caller).await?.into_active_model();
        user.enabled = Set(false);
        user.updated_at = Set(tx.now);
        let user = user.update_as_is(tx).await?;
        token::Entity::delete_all_of(&user).exec(tx).await?;
        tx.log(Event::UserUpdateStatus, &user).await?;
        Ok(user)
    })
    .await
}
