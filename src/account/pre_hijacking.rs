//! Protects against account pre-hijacking: someone who signed up with another person's address loses access,
//! or the address, when its owner proves to own it.

use entity::security_log::Event;
use entity::{authenticator, identity, passkey, passkey_challenge, recovery_code, token, user};
use sea_orm::{IntoActiveModel, PaginatorTrait, Set};

use crate::account::change::Change;
use crate::account::mfa::update::set;
use crate::account::sessions::end::end_all;
use crate::db::AsIs;
use crate::error::Result;
use crate::message::Kind;

/// Revokes all access from before the address was verified: password, sessions, secrets, identities
/// and passkeys (OA-4).
pub(super) async fn revoke_unverified_access(
    tx: &Change<'_>,
    user: user::Model,
) -> Result<user::Model> {
    let mut change = user.into_active_model();
    change.password_hash = Set(None);
    change.password_updated_at = Set(None);
    let user = change.update_as_is(tx).await?;
    end_all(tx, &user.key()).await?;
    identity::Entity::delete_all_of(&user.key()).exec(tx).await?;
    token::Entity::delete_all_of(&user).exec(tx).await?;
    passkey::Entity::delete_all_of(&user.key()).exec(tx).await?;
    passkey_challenge::Entity::delete_all_of(&user.key()).exec(tx).await?;
    Ok(user)
}

/// Alerts the owner of the first address of a `user` that passkeys sign in to the account: someone else may have planted the
/// anonymous session and added them (SJ-9). Registrations under way are cancelled.
pub(super) async fn alert_of_passkeys(tx: &Change<'_>, user: &user::Model) -> Result<()> {
    passkey_challenge::Entity::delete_all_of(&user.key()).exec(tx).await?;
    if passkey::Entity::find_by_user(&user.key()).count(tx).await? > 0 {
        tx.alert_always(Kind::PasskeyAdded, user).await?;
    }
    Ok(())
}

/// Removes the second factors from before the address was verified, so that they don't lock its owner out. It is logged, and
/// the owner is alerted.
pub(super) async fn revoke_unverified_factors(
    tx: &Change<'_>,
    user: user::Model,
) -> Result<user::Model> {
    let apps = authenticator::Entity::delete_all_of(&user.key()).exec(tx).await?;
    recovery_code::Entity::delete_all_of(&user.key()).exec(tx).await?;
    if apps.rows_affected > 0 {
        tx.log(Event::AuthenticatorDelete, &user).await?;
    }
    if user.mfa { set(tx, user, false).await } else { Ok(user) }
}

/// Detaches `address` from a user who only claims it ([`user::Model::only_claims`]).
pub(super) async fn detach_address(
    tx: &Change<'_>,
    user: user::Model,
    address: &str,
) -> Result<()> {
    let by_mail = user.email.as_deref() == Some(address);
    let mut change = user.into_active_model();
    let event = if by_mail {
        change.email = Set(None);
        Event::UserUpdateEmail
    } else {
        change.phone = Set(None);
        Event::UserUpdatePhone
    };
    change.updated_at = Set(tx.now);
    tx.update_user(change, event).await?;
    Ok(())
}
