//! Reads pages of the log.

use entity::{UserKey, security_log};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::db::Lists;
use crate::error::Result;
use crate::query::page::Page;

/// The number of the user's newest event; 0 if there is none.
pub(super) async fn newest(app: &App, (project, user): &UserKey) -> Result<i64> {
    Ok(security_log::Entity::newest_number(project, Some(user), app.db.read()).await?)
}

/// The user's events on `page`, newest first, which is the number `newest`.
pub(super) async fn page(
    db: &Lists<'_>,
    user: &UserKey,
    newest: i64,
    page: Page,
) -> Result<Vec<security_log::Model>> {
    // Events are numbered without gaps, so a large offset costs nothing.
    let skipped = i64::try_from(page.offset).unwrap_or(i64::MAX);
    let first = newest.saturating_sub(skipped);
    let last = first.saturating_sub(i64::try_from(page.limit).unwrap_or(i64::MAX));
    let page = security_log::Entity::find_by_user(user)
        .filter(security_log::Column::Number.lte(first))
        .filter(security_log::Column::Number.gt(last))
        .order_by_desc(security_log::Column::Number)
        .limit(page.limit);
    let logs = page.clone().all(db).await?;
    let has_first = logs.first().is_some_and(|log| log.number == first);
    // A replica may not have the newest events yet; users see at once what they have done.
    if !has_first && first > 0 && db.leave_replica() { Ok(page.all(db).await?) } else { Ok(logs) }
}

/// How many events there are in the user's log up to the number `newest`; older ones than the project's retention are gone.
pub(super) async fn count(db: &Lists<'_>, user: &UserKey, newest: i64) -> Result<u64> {
    let Some(oldest) = security_log::Entity::oldest_number(user, db).await? else {
        return Ok(0);
    };
    let count = newest.saturating_sub(oldest).saturating_add(1);
    Ok(u64::try_from(count).unwrap_or_default())
}
