//! Renames a passkey.

use entity::passkey;
use entity::security_log::Event;
use sea_orm::{IntoActiveModel, Set};

use super::find;
use crate::account::arguments;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::AsIs;
use crate::error::Result;

/// Gives one of the caller's passkeys another name.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &str,
    name: String,
) -> Result<passkey::Model> {
    let name = arguments::name(name)?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let passkey = find::get(tx, &user.key(), id).await?;
        let mut change = passkey.into_active_model();
        change.name = Set(name);
        change.updated_at = Set(tx.now);
        let passkey = change.update_as_is(tx).await?;
        tx.log(Event::PasskeyUpdate, &user).await?;
        Ok(passkey)
    })
    .await
}
