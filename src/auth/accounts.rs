//! The accounts of callers: users with their sessions, kept in memory between calls where one server writes.

use std::sync::Arc;

use entity::{UserKey, session};
use sea_orm::QueryOrder;

use crate::app::App;
use crate::db::{Account, Sqlite, Store};
use crate::error::Result;

/// The user with this key, and all sessions, oldest first, as of now.
///
/// Check a session's expiry and whether the user is enabled each time: what is kept doesn't know the clock.
pub(super) async fn get(app: &App, sqlite: &Sqlite, key: &UserKey) -> Result<Option<Arc<Account>>> {
    let accounts = app.db.accounts();
    let kept = accounts.and_then(|accounts| accounts.find(key));
    if accounts.is_some() {
        app.metrics.accounts.count(kept.is_some());
    }
    if kept.is_some() {
        return Ok(kept);
    }
    // Before the rows are read: a commit meanwhile is noticed.
    let version = accounts.and_then(|accounts| accounts.version(key));
    // Boxed, so that the many futures that don't need it are small.
    let account = Box::pin(sqlite.account(key.clone())).await?.map(Arc::new);
    let Some(account) = account else { return Ok(None) };
    if let (Some(accounts), Some(version)) = (accounts, version) {
        accounts.keep(key.clone(), version, Arc::clone(&account));
    }
    Ok(Some(account))
}

/// The live sessions of a user, oldest first.
pub async fn live_sessions(app: &App, key: &UserKey) -> Result<Vec<Arc<session::Model>>> {
    let now = app.clock.now();
    match app.db.read() {
        Store::Postgres(_) => {
            let sessions = session::Entity::find_active_of(key, now)
                .order_by_asc(session::Column::CreatedAt)
                .order_by_asc(session::Column::Id);
            Ok(sessions.all(app.db.read()).await?.into_iter().map(Arc::new).collect())
        }
        Store::Sqlite(sqlite) => {
            let Some(account) = get(app, sqlite, key).await? else { return Ok(Vec::new()) };
            let live = account.sessions.iter().filter(|session| session.expires_at > now);
            Ok(live.cloned().collect())
        }
    }
}
