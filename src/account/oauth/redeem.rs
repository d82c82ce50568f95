//! Signs in with the token that an OAuth sign-in has handed to an app.

use entity::session::Method;
use entity::{IdentityId, identity, token, user};
use sea_orm::{EntityTrait, IntoActiveModel, Set};

use super::provider_tokens::TokenOwner;
use super::sign_in::attach;
use crate::account::change::Change;
use crate::account::sessions::open::{Opened, accessed_at, open};
use crate::app::App;
use crate::client::Client;
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};

/// Opens a session for the identity of the redeemed token, if it is still linked to the user.
pub(in crate::account) async fn run(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    token: &token::Model,
    user: user::Model,
) -> Result<Opened> {
    let identity =
        identity::Entity::find_by_id(IdentityId::new(&token.address)).find_unique(tx).await?;
    let identity = identity.filter(|identity| identity.user_id == user.id);
    let identity = identity.ok_or(Error::UserInvalidToken)?;
    let tokens = TokenOwner::Identity(&identity).decrypt(app).unwrap_or_default();
    let accessed_at = accessed_at(&user, app.clock.now());
    let mut change = user.into_active_model();
    change.accessed_at = Set(accessed_at);
    let user = change.update_as_is(tx).await?;
    let opened = open(app, tx, &user, client, Method::Provider(&identity.provider)).await?;
    attach(app, tx, opened, &identity.subject, &tokens).await
}
