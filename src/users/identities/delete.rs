//! Unlinks a provider account of any user.

use entity::{IdentityId, identity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::account::arguments;
use crate::account::identities::delete;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::db::FindUnique;
use crate::error::{Error, Result};

/// Deletes an identity of one of the project's users.
pub(super) async fn run(app: &App, actor: &Actor<'_>, client: &Client, id: &str) -> Result<()> {
    arguments::id("identityId", id)?;
    let identity = identity::Entity::find_by_id(IdentityId::new(id))
        .filter(identity::Column::ProjectId.eq(client.project.id.clone()))
        .find_unique(app.db.read())
        .await?
        .ok_or(Error::UserIdentityNotFound)?;
    match delete::run(app, actor, client, &identity.user_id, id).await {
        // The user was deleted meanwhile.
        Err(Error::UserNotFound) => Err(Error::UserIdentityNotFound),
        result => result,
    }
}
