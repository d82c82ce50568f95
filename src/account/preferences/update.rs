//! Replacing the preferences.

use async_graphql::Value;
use entity::user;
use sea_orm::ActiveModelTrait;
use sea_orm::IntoActiveModel;
use sea_orm::Set;

use super::text;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Stores `prefs` instead of what was there.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    prefs: Value,
) -> Result<user::Model> {
    let prefs = text::read(prefs)?;
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            let mut user = tx.confirm(caller, now).await?.into_active_model();
            user.prefs = Set(prefs);
            user.updated_at = Set(now);
            let user = user.update(&**tx).await?;
            tx.log("user.update", &user, client, now).await?;
            Ok(user)
        })
        .await
}
