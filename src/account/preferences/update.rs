//! Replaces the preferences.

use async_graphql::Value;
use entity::security_log::Event;
use entity::{UserId, user};
use sea_orm::{IntoActiveModel, Set};

use super::text;
use crate::account::change::Change;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;

/// Replaces the stored preferences by `prefs`.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    prefs: Value,
) -> Result<user::Model> {
    let prefs = match prefs {
        // PHP writes an empty object so.
        Value::List(items) if items.is_empty() => "{}".to_owned(),
        prefs => text::read("prefs", prefs)?,
    };
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        store(tx, user, prefs).await
    })
    .await
}

/// Stores the text as the next revision.
pub(super) async fn store(
    tx: &Change<'_>,
    user: user::Model,
    prefs: String,
) -> Result<user::Model> {
    let revision = user.prefs_revision.next();
    let mut user = user.into_active_model();
    user.prefs = Set(prefs);
    user.prefs_revision = Set(revision);
    user.updated_at = Set(tx.now);
    tx.update_user(user, Event::UserUpdatePrefs).await
}
