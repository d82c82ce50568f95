//! Reads the identities.

use entity::identity;
use sea_orm::{PaginatorTrait, QueryOrder, QuerySelect};

use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::error::Result;
use crate::query::page::Page;

/// The caller's number of identities, and those on `page`, oldest first.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    page: Page,
) -> Result<(u64, Vec<identity::Model>)> {
    let of_caller = identity::Entity::find_by_user(&caller.user.key());
    let total = of_caller.clone().count(app.db.read()).await?;
    let identities = of_caller
        .order_by_asc(identity::Column::Id)
        .limit(page.limit)
        .offset(page.offset)
        .all(app.db.read())
        .await?;
    Ok((total, identities))
}
