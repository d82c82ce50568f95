//! Reading pages of the log.

use entity::security_log;
use sea_orm::ColumnTrait;
use sea_orm::PaginatorTrait;
use sea_orm::QueryFilter;
use sea_orm::QueryOrder;
use sea_orm::QuerySelect;

use super::page::Page;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::error::Result;

/// The caller's events on `page`, newest first.
pub(super) async fn page(
    app: &App,
    caller: &SignedIn,
    page: Page,
) -> Result<Vec<security_log::Model>> {
    let (project, user) = caller.user_key();
    // The offset is counted in the index alone; only the rows of the page are read.
    let ids: Vec<i64> = security_log::Entity::find_by_user(&project, &user)
        .select_only()
        .column(security_log::Column::Id)
        .order_by_desc(security_log::Column::Id)
        .limit(page.limit)
        .offset(page.offset)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let (Some(newest), Some(oldest)) = (ids.first(), ids.last()) else {
        return Ok(Vec::new());
    };
    let logs = security_log::Entity::find_by_user(&project, &user)
        .filter(security_log::Column::Id.between(*oldest, *newest))
        .order_by_desc(security_log::Column::Id)
        .all(app.db.read())
        .await?;
    Ok(logs)
}

/// How many events the caller's log holds.
pub(super) async fn count(app: &App, caller: &SignedIn) -> Result<u64> {
    let (project, user) = caller.user_key();
    let query = security_log::Entity::find_by_user(&project, &user);
    Ok(query.count(app.db.read()).await?)
}
