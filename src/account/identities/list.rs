//! Reads the identities.

use entity::identity;
use sea_orm::{PaginatorTrait, QueryOrder, QuerySelect};

use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::error::Result;
use crate::query::page::Page;

/// The caller's identities on `page`, oldest first, and how many there are if that is `counted`.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    page: Page,
    counted: bool,
) -> Result<(u64, Vec<identity::Model>)> {
    let of_caller = identity::Entity::find_by_user(&caller.user.key());
    let total = if counted { of_caller.clone().count(app.db.read()).await? } else { 0 };
    let identities = of_caller
        .order_by_asc(identity::Column::Id)
        .limit(page.limit)
        .offset(page.offset)
        .all(app.db.read())
        .await?;
    Ok((total, identities))
}
