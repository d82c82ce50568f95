//! Reads pages of the log.

use entity::{UserKey, security_log};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::error::Result;
use crate::query::page::Page;

/// The user's events on `page`, newest first.
pub(super) async fn page(
    app: &App,
    user: &UserKey,
    page: Page,
) -> Result<Vec<security_log::Model>> {
    // Events are numbered without gaps, so a large offset costs nothing.
    let newest = i64::try_from(count(app, user).await?).unwrap_or(i64::MAX);
    let skipped = i64::try_from(page.offset).unwrap_or(i64::MAX);
    let first = newest.saturating_sub(skipped);
    let last = first.saturating_sub(i64::try_from(page.limit).unwrap_or(i64::MAX));
    let logs = security_log::Entity::find_by_user(user)
        .filter(security_log::Column::Number.lte(first))
        .filter(security_log::Column::Number.gt(last))
        .order_by_desc(security_log::Column::Number)
        .limit(page.limit)
        .all(app.db.read())
        .await?;
    Ok(logs)
}

/// The number of events in the user's log.
pub(super) async fn count(app: &App, (project, user): &UserKey) -> Result<u64> {
    let newest = security_log::Entity::newest_number(project, Some(user), app.db.read()).await?;
    Ok(u64::try_from(newest).unwrap_or_default())
}
