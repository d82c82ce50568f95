//! Changes the password.

use entity::security_log::Event;
use entity::{UserId, session, token, user};
use sea_orm::{ColumnTrait, Condition, IntoActiveModel, Set};

use super::proof::ProvenPassword;
use crate::account::arguments;
use crate::account::change::Change;
use crate::account::mfa::freshness;
use crate::account::sessions::end::end;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::AsIs;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Sets a new password after checking the current one. Users without a password may leave it out, but a first one is
/// another way to sign in: if their sign-ins need a second factor, they must have shown one recently.
///
/// Ends the user's other sessions, if the project wants that, and deletes all secrets that were sent to the
/// user.
pub(super) async fn run_for_user(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    password: &str,
    old_password: &str,
) -> Result<user::Model> {
    let password = arguments::new_password(password, &client.project.password)?;
    // Leaving it out is a guess like any other.
    if caller.user.password_hash.is_some() && old_password.is_empty() {
        return Err(Error::UserInvalidCredentials);
    }
    let proven = ProvenPassword::check(app, &caller.user, "oldPassword", old_password).await?;
    let hash = app.hash_password(&password).await?;

    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        proven.confirm(&user)?;
        if user.password_hash.is_none() {
            freshness::check_if_on(app, tx, &user, &caller.session).await?;
        }
        store(tx, client, user, Some(hash), Some(caller)).await
    })
    .await
}

/// Sets a new password for a server or an operator, who need no current one; an empty one removes it.
///
/// Ends the user's sessions, if the project wants that, and deletes all secrets that were sent to the user.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    password: &str,
) -> Result<user::Model> {
    let hash = if password.is_empty() {
        None
    } else {
        let password = arguments::new_password(password, &client.project.password)?;
        Some(app.hash_password(&password).await?)
    };
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        store(tx, client, user, hash, None).await
    })
    .await
}

/// Stores the hash of the new password. The session of `caller` stays.
async fn store(
    tx: &Change<'_>,
    client: &Client,
    user: user::Model,
    hash: Option<String>,
    caller: Option<&SignedIn>,
) -> Result<user::Model> {
    let mut user = user.into_active_model();
    user.password_updated_at = Set(hash.is_some().then_some(tx.now));
    user.password_hash = Set(hash);
    user.updated_at = Set(tx.now);
    let user = user.update_as_is(tx).await?;
    token::Entity::delete_all_of(&user).exec(tx).await?;
    if client.project.security.end_other_sessions_on_password_change {
        let others = caller.map(|caller| session::Column::Id.ne(caller.session.id.clone()));
        end(tx, &user.key(), Condition::all().add_option(others)).await?;
    }
    tx.log(Event::UserUpdatePassword, &user).await?;
    tx.alert(Kind::PasswordChanged, &user).await?;
    Ok(user)
}
