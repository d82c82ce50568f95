//! Giving an account to whoever proves its address.

use entity::identity;
use entity::session;
use entity::token;
use entity::user;
use sea_orm::ActiveModelTrait;
use sea_orm::IntoActiveModel;
use sea_orm::Set;

use crate::db::Tx;
use crate::error::Result;

/// Shuts out whoever signed up with an address that was never proven: the password, the sessions, the secrets and the
/// identities of that time go (security.md OA-4).
pub(super) async fn evict(tx: &Tx, user: user::Model) -> Result<user::Model> {
    let mut change = user.into_active_model();
    change.password_hash = Set(None);
    change.password_updated_at = Set(None);
    let user = change.update(&**tx).await?;
    let (project, id) = (&user.project_id, &user.id);
    session::Entity::delete_all_of(project, id).exec(&**tx).await?;
    identity::Entity::delete_all_of(project, id).exec(&**tx).await?;
    token::Entity::delete_all_of(&user).exec(&**tx).await?;
    Ok(user)
}
