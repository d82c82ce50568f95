//! Changes the name.

use entity::security_log::Event;
use entity::{UserId, user};
use sea_orm::{IntoActiveModel, Set};

use crate::account::arguments;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;

/// Sets the user's name.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    name: String,
) -> Result<user::Model> {
    // A server may remove the name again.
    let is_removed = name.is_empty() && actor.is_admin();
    let name = if is_removed { name } else { arguments::name(name)? };
    app.change(actor, client, async |tx| {
        let mut user = tx.confirm(user_id).await?.into_active_model();
        user.name = Set(name);
        user.updated_at = Set(tx.now);
        tx.update_user(user, Event::UserUpdateName).await
    })
    .await
}
