//! Deletes a passkey.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{UserId, passkey, token, user};
use sea_orm::ModelTrait;

use super::find;
use crate::account::change::Change;
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
        remove(tx, &user, passkey).await?;
        last_way_in::require(app, tx, client, &user).await
    })
    .await
}

/// Deletes a passkey for a server or an operator, even if it is the only way to sign in.
pub(crate) async fn run_for_server(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    id: &str,
) -> Result<()> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        let passkey = find::get(tx, &user.key(), id).await?;
        remove(tx, &user, passkey).await
    })
    .await
}

/// Deletes the row with the tokens that it has got, logs it, and alerts the user.
async fn remove(tx: &Change<'_>, user: &user::Model, passkey: passkey::Model) -> Result<()> {
    let id = passkey.id.clone();
    passkey.delete(tx).await?;
    // What it has signed in for is not yet a session.
    token::Entity::delete_sent_to(&user.project_id, &[Purpose::PasskeyToken], id.as_str())
        .exec(tx)
        .await?;
    tx.log(Event::PasskeyDelete, user).await?;
    tx.alert(Kind::PasskeyDeleted, user).await
}
