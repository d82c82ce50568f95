//! Removes an authenticator app.

use entity::authenticator::Kind;
use entity::security_log::Event;
use entity::{UserId, authenticator, user};
use sea_orm::EntityTrait;

use super::kind;
use crate::account::change::Change;
use crate::account::mfa::{freshness, session_factors};
use crate::account::sessions::open::end_half_open;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::message;

/// Removes an authenticator. One that was never verified is no factor, so no alert is sent.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client, kind: &str) -> Result<()> {
    let kind = kind::parse(kind)?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let row = find(tx, &user, kind).await?;
        if row.verified_at.is_some() {
            freshness::check(&caller.session, tx.now)?;
            session_factors::end_others(tx, client, &user, caller).await?;
        }
        remove(tx, &user, row).await
    })
    .await
}

/// Removes an authenticator for a server or an operator, who need show nothing. Complete sessions stay.
pub(crate) async fn run_for_server(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    kind: &str,
) -> Result<()> {
    let kind = kind::parse(kind)?;
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        let row = find(tx, &user, kind).await?;
        remove(tx, &user, row).await
    })
    .await
}

async fn find(tx: &Change<'_>, user: &user::Model, kind: Kind) -> Result<authenticator::Model> {
    let row = authenticator::Entity::find_of(&user.key(), kind).find_unique(tx).await?;
    row.ok_or(Error::UserAuthenticatorNotFound)
}

/// Deletes the row, ends half-open sessions, logs it, and alerts the user.
async fn remove(tx: &Change<'_>, user: &user::Model, row: authenticator::Model) -> Result<()> {
    authenticator::Entity::delete_by_id(row.id).exec(tx).await?;
    tx.log(Event::AuthenticatorDelete, user).await?;
    if row.verified_at.is_some() {
        // They would be complete if no other factor is left.
        end_half_open(tx, user).await?;
        tx.alert(message::Kind::AuthenticatorRemoved, user).await?;
    }
    Ok(())
}
