//! Reads pages of the log.

use entity::{UserKey, security_log};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::error::Result;
use crate::query::page::Page;

/// The number of the user's newest event; 0 if there is none.
pub(super) async fn newest(app: &App, (project, user): &UserKey) -> Result<i64> {
    Ok(security_log::Entity::newest_number(project, Some(user), app.db.read()).await?)
}

/// The user's events on `page`, newest first, which is the number `newest`.
pub(super) async fn page(
    app: &App,
    user: &UserKey,
    newest: i64,
    page: Page,
) -> Result<Vec<security_log::Model>> {
    // Events are numbered without gaps, so a large offset costs nothing.
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

/// How many events there are in the user's log up to the number `newest`; older ones than the project's retention are gone.
pub(super) async fn count(app: &App, user: &UserKey, newest: i64) -> Result<u64> {
    let Some(oldest) = security_log::Entity::oldest_number(user, app.db.read()).await? else {
        return Ok(0);
    };
    let count = newest.saturating_sub(oldest).saturating_add(1);
    Ok(u64::try_from(count).unwrap_or_default())
}
