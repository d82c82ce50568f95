//! Changes some of the preferences.

use async_graphql::Value;
use entity::user;

use super::merge::merge;
use super::text;
use super::update::store;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::{Error, Result};

/// Merges `patch` into the stored preferences, if they are still at revision `expected`.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    patch: Value,
    expected: Option<i32>,
) -> Result<user::Model> {
    let patch = text::read("patch", patch)?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let revision = user.prefs_revision.get();
        if expected.is_some_and(|expected| expected != revision) {
            return Err(Error::UserPrefsConflict { revision });
        }
        let merged = merge(&user.prefs, &patch).map_err(anyhow::Error::from)?;
        // It is an object without repeated keys, and no deeper than both, but it may be too long.
        let merged = text::read("patch", Value::String(merged)).map_err(|_| {
            Error::argument("patch", "would make the preferences larger than 65536 bytes of JSON.")
        })?;
        store(tx, user, merged).await
    })
    .await
}
