//! Deletes a passkey.

use entity::security_log::Event;
use entity::token;
use entity::token::Purpose;
use sea_orm::ModelTrait;

use super::find;
use crate::account::last_way_in;
use crate::account::mfa::freshness;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;
use crate::message::Kind;

/// Deletes one of the caller's passkeys, unless it is the caller's only way to sign in. Sessions stay.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client, id: &str) -> Result<()> {
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let passkey = find::get(tx, &user.key(), id).await?;
        freshness::check_if_on(app, tx, &user, &caller.session).await?;
        passkey.delete(tx).await?;
        last_way_in::require(app, tx, client, &user).await?;
        // What it has signed in for is not yet a session.
        token::Entity::delete_sent_to(&user.project_id, &[Purpose::PasskeyToken], id)
            .exec(tx)
            .await?;
        tx.log(Event::PasskeyDelete, &user).await?;
        tx.alert(Kind::PasskeyDeleted, &user).await
    })
    .await
}
