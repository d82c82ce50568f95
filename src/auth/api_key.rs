//! Finds the holder of the API key that a request presents.

use std::sync::Arc;
use std::time::Duration;

use entity::{ProjectId, Timestamp, api_key};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::app::App;
pub use crate::client::api_key::KeyHolder;
use crate::config::KeyHash;
use crate::db::FindUnique;
use crate::error::{Error, Result};

/// How exactly the last use of a key is recorded.
const HOUR: Duration = Duration::from_hours(1);

/// Finds the holder of a key that is presented to `project`. Fails if the key is unknown, revoked or expired, or belongs
/// to another project: what was meant for a server is not answered as for a guest.
///
/// A key of the configuration costs no query. One of the database is read each time, so a revocation counts at once.
pub async fn find(app: &App, project: &ProjectId, key: &str) -> Result<Arc<KeyHolder>> {
    let hash = KeyHash::of(key);
    let configured = app.api_keys.find(&hash);
    if let Some(key) = configured.iter().find(|key| key.project == *project) {
        check_expiry(app, key.expires_at)?;
        return Ok(Arc::clone(&key.holder));
    }
    if !configured.is_empty() {
        return Err(Error::ProjectIdMissing);
    }
    // On the heap, so that the many requests without such a key are small.
    Box::pin(find_stored(app, project, &hash)).await
}

async fn find_stored(app: &App, project: &ProjectId, hash: &KeyHash) -> Result<Arc<KeyHolder>> {
    let row = api_key::Entity::find().filter(api_key::Column::Hash.eq(hash.to_string()));
    let row = row.find_unique(app.db.read()).await?;
    let row = row.ok_or(Error::UserUnauthorized("there is no such API key"))?;
    if row.revoked_at.is_some() && !row.is_found_expired() {
        return Err(Error::UserUnauthorized("the API key was revoked"));
    }
    if row.project_id != *project {
        return Err(Error::ProjectIdMissing);
    }
    if row.is_found_expired() {
        return Err(Error::ProjectKeyExpired);
    }
    if let Err(expired) = check_expiry(app, row.expires_at) {
        if let Err(error) = Box::pin(end_expired(app, app.clock.steady())).await {
            tracing::warn!("an expired API key could not be marked: {error:#}");
        }
        return Err(expired);
    }
    record_use(app, &row);
    // A scope of a newer release allows nothing here.
    let scopes = row.scopes().filter_map(|scope| scope.parse().ok()).collect();
    Ok(Arc::new(KeyHolder { id: row.id.to_string(), name: row.name, scopes }))
}

fn check_expiry(app: &App, expires_at: Option<Timestamp>) -> Result<()> {
    let is_expired = expires_at.is_some_and(|time| time <= app.clock.now());
    if is_expired { Err(Error::ProjectKeyExpired) } else { Ok(()) }
}

/// Marks the keys of the database that have expired, so that they stay invalid if the clock is set back, even after a
/// restart (AV-9). One that is expired only by a clock that was set ahead stays.
pub async fn end_expired(app: &App, now: Timestamp) -> Result<()> {
    let expired = Condition::all()
        .add(api_key::Column::RevokedAt.is_null())
        .add(api_key::Column::ExpiresAt.lte(now));
    // Nothing is written for a key that is not expired yet by this clock.
    let found = api_key::Entity::find().filter(expired.clone()).all(app.db.read());
    if !found.await?.is_empty() {
        api_key::Entity::update_many()
            .col_expr(api_key::Column::RevokedAt, api_key::Column::ExpiresAt.into_expr())
            .filter(expired)
            .exec(app.db.writer())
            .await?;
    }
    Ok(())
}

/// Records the hour of a key's last use, in a task that no request waits for.
fn record_use(app: &App, row: &api_key::Model) {
    let hour = start_of_hour(app.clock.now());
    let is_known = row.last_used_at.is_some_and(|time| time >= hour);
    if is_known || !app.api_keys.is_first_use(row.id.as_str(), hour) {
        return;
    }
    let (db, id) = (app.db.clone(), row.id.clone());
    tokio::spawn(async move {
        let is_older = Condition::any()
            .add(api_key::Column::LastUsedAt.is_null())
            .add(api_key::Column::LastUsedAt.lt(hour));
        let used = api_key::Entity::update_many()
            .col_expr(api_key::Column::LastUsedAt, Expr::value(hour))
            .filter(api_key::Column::Id.eq(id))
            .filter(is_older);
        if let Err(error) = used.exec(db.writer()).await {
            tracing::warn!("the last use of an API key could not be recorded: {error:#}");
        }
    });
}

fn start_of_hour(time: Timestamp) -> Timestamp {
    let hour = i64::try_from(HOUR.as_millis()).unwrap_or(1);
    Timestamp::from_millis(time.millis().div_euclid(hour).saturating_mul(hour))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_of_a_use_is_its_start() {
        let hour = start_of_hour(Timestamp::from_millis(1_795_442_277_927));

        assert_eq!(hour.to_string(), "2026-11-23T13:00:00.000+00:00");
    }
}
