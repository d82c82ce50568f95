//! Changes the e-mail address.

use entity::security_log::Event;
use entity::{token, user};
use sea_orm::{ActiveModelTrait, Set};

use crate::account::password::ProvenPassword;
use crate::account::sessions::open::Opened;
use crate::account::sessions::renew::renew;
use crate::account::{arguments, sign_up};
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::OnUnique;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Sets the address, unverified, after checking the password. Deletes the secrets that were sent to the old
/// address. A user who was anonymous may get a new secret for the current session, which is returned.
///
/// The error for a taken address doesn't say so (N-30). An address that is not of the project's domains is
/// refused for every user; otherwise this would be a way around the sign-up policy.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    email: &str,
    password: &str,
) -> Result<(user::Model, Option<Opened>)> {
    let email = arguments::email(email)?;
    sign_up::check_domain(client, Some(email.as_str()))?;
    let proven = ProvenPassword::check(app, &caller.user, client, password).await?;
    app.change(client, async |tx| {
        let before = tx.confirm(caller).await?;
        let mut user = proven.apply(before.clone(), tx.now)?;
        user.email = Set(Some(email.to_string()));
        user.email_verified = Set(false);
        user.updated_at = Set(tx.now);
        let user = user.update(tx).await.on_unique(taken(client))?;
        token::Entity::delete_all_of(&user).exec(tx).await?;
        tx.log(Event::UserUpdateEmail, &user).await?;
        if before.email != user.email {
            tx.alert(Kind::EmailChanged, &before).await?;
        }
        let renewed = renew(app, tx, caller, &before).await?;
        Ok((user, renewed))
    })
    .await
}

/// The error for a taken address.
fn taken(client: &Client) -> Error {
    if client.project.security.reveal_accounts {
        return Error::UserEmailAlreadyExists;
    }
    Error::GeneralBadRequest
}
