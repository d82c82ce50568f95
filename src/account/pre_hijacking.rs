//! Protects against account pre-hijacking: whoever signed up with someone else's address loses access, or
//! the address, when its owner proves to own it.

use entity::security_log::Event;
use entity::{identity, token, user};
use sea_orm::{IntoActiveModel, Set};

use crate::account::change::Change;
use crate::account::sessions::end::end_all;
use crate::db::AsIs;
use crate::error::Result;

/// Revokes all access from before the address was verified: password, sessions, secrets and identities
/// (OA-4).
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
    Ok(user)
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
    let user = change.update_as_is(tx).await?;
    tx.log(event, &user).await
}
