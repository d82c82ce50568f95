//! Exports users.

use entity::{UserId, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::ExportPage;
use super::row::Row;
use crate::app::App;
use crate::client::Client;
use crate::error::{Error, Result};

/// The largest page, and the default.
const MAX_PAGE: i32 = 1_000;

/// The users whose ids follow `after`, as rows.
pub(super) async fn page(
    app: &App,
    client: &Client,
    after: Option<UserId>,
    limit: Option<i32>,
    with_hashes: bool,
) -> Result<ExportPage> {
    let limit = limit.unwrap_or(MAX_PAGE);
    let limit = u64::try_from(limit)
        .ok()
        .filter(|_| (1..=MAX_PAGE).contains(&limit))
        .ok_or_else(|| Error::argument("limit", format!("must be 1 to {MAX_PAGE}.")))?;
    let mut query = user::Entity::find()
        .filter(user::Column::ProjectId.eq(client.project.id.clone()))
        .order_by_asc(user::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(user::Column::Id.gt(after));
    }
    let users = query.all(app.db.read()).await?;
    let last = users.last().map(|user| user.id.as_str().into());
    let rows = users.into_iter().map(|user| serde_json::to_string(&Row::of(user, with_hashes)));
    let rows = rows.collect::<Result<_, _>>().map_err(anyhow::Error::from)?;
    Ok(ExportPage { rows, last })
}
