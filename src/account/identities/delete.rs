//! Unlinks a provider account.

use entity::security_log::Event;
use entity::{IdentityId, UserId, identity};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::account::{arguments, last_way_in};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Deletes one of the user's identities. Those of other users read as not found. Users can't delete their last way to sign
/// in, and get an e-mail; servers can.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    id: &str,
) -> Result<()> {
    arguments::id("identityId", id)?;
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        let deleted = identity::Entity::delete_all_of(&user.key())
            .filter(identity::Column::Id.eq(IdentityId::new(id)))
            .exec(tx)
            .await?;
        if deleted.rows_affected == 0 {
            return Err(Error::UserIdentityNotFound);
        }
        if !tx.is_by_admin() {
            last_way_in::require(app, tx, client, &user).await?;
        }
        tx.alert(Kind::IdentityUnlinked, &user).await?;
        tx.log(Event::IdentityDelete, &user).await
    })
    .await
}
