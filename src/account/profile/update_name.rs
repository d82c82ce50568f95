//! Changes the name.

use entity::security_log::Event;
use entity::user;
use sea_orm::{IntoActiveModel, Set};

use crate::account::arguments;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::AsIs;
use crate::error::Result;

/// Sets the user's name.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    name: String,
) -> Result<user::Model> {
    let name = arguments::name(name)?;
    app.change(client, async |tx| {
        let mut user = tx.confirm(caller).await?.into_active_model();
        user.name = Set(name);
        user.updated_at = Set(tx.now);
        let user = user.update_as_is(tx).await?;
        tx.log(Event::UserUpdateName, &user).await?;
        Ok(user)
    })
    .await
}
