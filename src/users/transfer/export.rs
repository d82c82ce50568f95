//! Exports users.

use entity::{UserId, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::ExportPage;
use super::row::Row;
use crate::app::App;
use crate::client::Client;
use crate::db::Lists;
use crate::error::{Error, Result};
use crate::query::ReadLimit;

/// The largest page, and the default.
const MAX_PAGE: i32 = 1_000;
/// A page ends when it has as many bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// How many users are read at a time.
const CHUNK: u64 = 100;

/// Which users are asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Those with a greater id.
    pub(super) after: Option<UserId>,
    /// How many.
    pub(super) limit: Option<i32>,
    /// Whether with the hashes of their passwords.
    pub(super) with_hashes: bool,
}

/// The next users as rows, fewer than were asked for if the rows are long.
pub(super) async fn page(
    app: &App,
    client: &Client,
    wanted: Wanted,
    read_limit: &ReadLimit,
) -> Result<ExportPage> {
    let limit = wanted.limit.unwrap_or(MAX_PAGE);
    let mut left = u64::try_from(limit)
        .ok()
        .filter(|_| (1..=MAX_PAGE).contains(&limit))
        .ok_or_else(|| Error::argument("limit", format!("must be 1 to {MAX_PAGE}.")))?;
    read_limit.charge_rows("limit", left)?;
    let db = if wanted.with_hashes { app.db.lists_with_secrets() } else { app.db.lists() };
    let mut last = None;
    let (mut rows, mut bytes) = (Vec::new(), 0_usize);
    while left > 0 && bytes < PAGE_BYTES {
        let users = read(&db, client, last.as_ref().or(wanted.after.as_ref()), left).await?;
        let found = u64::try_from(users.len()).unwrap_or(u64::MAX);
        left = if found < CHUNK { 0 } else { left.saturating_sub(found) };
        last = users.last().map(|user| user.id.clone()).or(last);
        for user in users {
            let row = serde_json::to_string(&Row::of(user, wanted.with_hashes));
            let row = row.map_err(anyhow::Error::from)?;
            bytes = bytes.saturating_add(row.len());
            rows.push(row);
        }
    }
    read_limit.charge_bytes("limit", bytes)?;
    Ok(ExportPage { rows, last: last.map(|id| id.as_str().into()) })
}

/// Reads up to [`CHUNK`] users, by their ids in ascending order.
async fn read(
    db: &Lists<'_>,
    client: &Client,
    after: Option<&UserId>,
    limit: u64,
) -> Result<Vec<user::Model>> {
    let mut query = user::Entity::find()
        .filter(user::Column::ProjectId.eq(client.project.id.clone()))
        .order_by_asc(user::Column::Id)
        .limit(limit.min(CHUNK));
    if let Some(after) = after {
        query = query.filter(user::Column::Id.gt(after.clone()));
    }
    Ok(query.all(db).await?)
}
