//! Changes the phone number.

use entity::security_log::Event;
use entity::{token, user};
use sea_orm::{ActiveModelTrait, Set};

use crate::account::arguments;
use crate::account::password::ProvenPassword;
use crate::account::sessions::open::Opened;
use crate::account::sessions::renew::renew;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::OnUnique;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Sets the number, unverified, after checking the password. Deletes the secrets that were sent to the old
/// number. A user who was anonymous may get a new secret for the current session, which is returned.
///
/// The error for a taken number doesn't say so (N-34).
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    phone: &str,
    password: &str,
) -> Result<(user::Model, Option<Opened>)> {
    let phone = arguments::phone(phone)?;
    let proven = ProvenPassword::check(app, &caller.user, client, password).await?;
    app.change(client, async |tx| {
        let before = tx.confirm(caller).await?;
        let mut user = proven.apply(before.clone(), tx.now)?;
        user.phone = Set(Some(phone.to_string()));
        user.phone_verified = Set(false);
        user.updated_at = Set(tx.now);
        let user = user.update(tx).await.on_unique(taken(client))?;
        token::Entity::delete_all_of(&user).exec(tx).await?;
        tx.log(Event::UserUpdatePhone, &user).await?;
        if before.phone != user.phone {
            tx.alert(Kind::PhoneChanged, &user).await?;
        }
        let renewed = renew(app, tx, caller, &before).await?;
        Ok((user, renewed))
    })
    .await
}

/// The error for a taken number.
fn taken(client: &Client) -> Error {
    if client.project.security.reveal_accounts {
        return Error::UserPhoneAlreadyExists;
    }
    Error::GeneralBadRequest
}
