//! Blocks and unblocks an account.

use entity::security_log::Event;
use entity::{UserId, token, user};
use sea_orm::{IntoActiveModel, Set};

use crate::account::revocations;
use crate::account::sessions::end::end_all;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;

/// Blocks the user, or unblocks one who was blocked. Blocking deletes the secrets that were sent to the user. A status that
/// the user has already is not logged again.
///
/// It also ends the sessions of a user who is blocked by a server or an operator. Those of users who block
/// themselves stay, so that later calls get an error that says why. No session outlives the block: unblocking ends them.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    enabled: bool,
) -> Result<user::Model> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        if !enabled {
            token::Entity::delete_all_of(&user).exec(tx).await?;
            revocations::record_user(tx, &user.key()).await?;
        }
        let is_unblocked = enabled && !user.enabled;
        if is_unblocked || (!enabled && actor.is_admin()) {
            end_all(tx, &user.key()).await?;
        }
        if user.enabled == enabled {
            return Ok(user);
        }
        let mut user = user.into_active_model();
        user.enabled = Set(enabled);
        user.updated_at = Set(tx.now);
        tx.update_user(user, Event::UserUpdateStatus).await
    })
    .await
}
