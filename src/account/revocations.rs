//! Records what ends tokens early, for servers that verify them by themselves.

use std::time::Duration;

use entity::{ProjectId, SessionId, Timestamp, UserKey, revocation};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::account::change::Change;
use crate::app::App;
use crate::db::batch;
use crate::error::Result;

pub(crate) mod feed;

/// How many are read at once.
const PAGE: u64 = 1000;
/// Time for clocks that differ, and for the leeway of verifiers.
const MARGIN: Duration = Duration::from_mins(1);

/// Records that sessions of `user` were ended.
pub(crate) async fn record_sessions(
    tx: &Change<'_>,
    user: &UserKey,
    sessions: Vec<SessionId>,
) -> Result<()> {
    record(tx, user, sessions.into_iter().map(Some)).await
}

/// Records that all tokens of `user` are revoked: the user was blocked or deleted.
pub(crate) async fn record_user(tx: &Change<'_>, user: &UserKey) -> Result<()> {
    record(tx, user, [None]).await
}

async fn record(
    tx: &Change<'_>,
    (project_id, user_id): &UserKey,
    sessions: impl IntoIterator<Item = Option<SessionId>>,
) -> Result<()> {
    let rows: Vec<_> = sessions
        .into_iter()
        .map(|session_id| revocation::ActiveModel {
            project_id: Set(project_id.clone()),
            user_id: Set(user_id.clone()),
            session_id: Set(session_id),
            created_at: Set(tx.now),
            ..Default::default()
        })
        .collect();
    if !rows.is_empty() {
        revocation::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// How long a revocation matters: as long as the tokens that were made before it.
pub(crate) fn lifetime(app: &App) -> Duration {
    MARGIN.saturating_add(Duration::from_secs(app.config.jwt.ttl_seconds.into()))
}

/// The revocations of a project that still matter, in the order of their numbers.
pub(crate) async fn list(app: &App, project: &ProjectId) -> Result<Vec<revocation::Model>> {
    let since = app.clock.now() - lifetime(app);
    Ok(revocation::Entity::find_since(project, since).all(app.db.read()).await?)
}

/// The first of those with a number above `after`; none behind the last.
pub(crate) async fn page(
    app: &App,
    project: &ProjectId,
    after: i64,
) -> Result<Vec<revocation::Model>> {
    let since = app.clock.now() - lifetime(app);
    let page = revocation::Entity::find_since(project, since)
        .filter(revocation::Column::Id.gt(after))
        .limit(PAGE);
    Ok(page.all(app.db.read()).await?)
}

/// Deletes those that no longer matter.
pub(super) async fn purge(app: &App, now: Timestamp) -> Result<()> {
    let old = revocation::Column::CreatedAt.lt(now - lifetime(app));
    Ok(batch::delete::<revocation::Entity>(app.db.writer(), revocation::Column::Id, old).await?)
}
