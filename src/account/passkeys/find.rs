//! Reads the passkeys.

use entity::{PasskeyId, UserKey, passkey};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::account::arguments;
use crate::app::App;
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::query::page::Page;

/// The user's passkeys on `page`, oldest first, and how many there are if that is `counted`.
pub(crate) async fn list(
    app: &App,
    user: &UserKey,
    page: Page,
    counted: bool,
) -> Result<(u64, Vec<passkey::Model>)> {
    let of_user = passkey::Entity::find_by_user(user);
    let total = if counted { of_user.clone().count(app.db.read()).await? } else { 0 };
    let passkeys = of_user
        .order_by_asc(passkey::Column::CreatedAt)
        .order_by_asc(passkey::Column::Id)
        .limit(page.limit)
        .offset(page.offset)
        .all(app.db.read())
        .await?;
    Ok((total, passkeys))
}

/// One of the user's passkeys. Those of other users read as not found.
pub(super) async fn get(
    db: &impl sea_orm::ConnectionTrait,
    user: &UserKey,
    id: &str,
) -> Result<passkey::Model> {
    arguments::id("passkeyId", id).map_err(|_| Error::UserPasskeyNotFound)?;
    let wanted = passkey::Column::Id.eq(PasskeyId::new(id));
    let found = passkey::Entity::find_by_user(user).filter(wanted).find_unique(db).await?;
    found.ok_or(Error::UserPasskeyNotFound)
}
