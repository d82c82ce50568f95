//! Unlinks a provider account.

use entity::security_log::Event;
use entity::{IdentityId, identity};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::account::arguments;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::{Error, Result};

/// Deletes one of the caller's identities. Those of other users read as not found.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client, id: &str) -> Result<()> {
    arguments::id("identityId", id)?;
    app.change(client, async |tx| {
        let user = tx.confirm(caller).await?;
        let deleted = identity::Entity::delete_all_of(&user.key())
            .filter(identity::Column::Id.eq(IdentityId::new(id)))
            .exec(tx)
            .await?;
        if deleted.rows_affected == 0 {
            return Err(Error::UserIdentityNotFound);
        }
        tx.log(Event::IdentityDelete, &user).await
    })
    .await
}
