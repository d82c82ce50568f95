//! Deletes the caller's account.

use entity::security_log::Event;
use entity::{message, security_log, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Deletes the user with sessions, tokens, messages and log. One row of the log stays: it records the
/// deletion, and names no user, name or address.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client) -> Result<()> {
    app.change(client, async |tx| {
        let user = tx.confirm(caller).await?;
        user::Entity::delete_by_id(caller.user.key()).exec(tx).await?;
        security_log::Entity::delete_many()
            .filter(security_log::Column::ProjectId.eq(user.project_id.clone()))
            .filter(security_log::Column::UserId.eq(user.id.clone()))
            .exec(tx)
            .await?;
        let addresses = user.email.iter().chain(&user.phone).cloned();
        message::Entity::delete_many()
            .filter(message::Column::ProjectId.eq(user.project_id.clone()))
            .filter(message::Column::Recipient.is_in(addresses))
            .exec(tx)
            .await?;
        let nameless = user::Model { name: String::new(), email: None, ..user };
        tx.log(Event::UserDelete, &nameless).await
    })
    .await
}
