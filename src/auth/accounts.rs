//! The accounts of callers: users with their sessions, kept in memory between calls where one server writes.

use std::sync::Arc;

use entity::{UserKey, session, user};
use sea_orm::{EntityTrait, QueryOrder};

use crate::app::App;
use crate::db::Account;
use crate::error::Result;

/// The user with this key, and all sessions, oldest first, as of now.
///
/// Check a session's expiry and whether the user is enabled each time: what is kept doesn't know the clock.
pub(super) async fn get(app: &App, key: &UserKey) -> Result<Option<Arc<Account>>> {
    let accounts = app.db.accounts();
    let kept = accounts.and_then(|accounts| accounts.find(key));
    app.metrics.count_account(kept.is_some());
    if kept.is_some() {
        return Ok(kept);
    }
    // Before the rows are read: a commit meanwhile is noticed.
    let version = accounts.and_then(|accounts| accounts.version(key));
    let Some(account) = read(app, key).await? else { return Ok(None) };
    if let (Some(accounts), Some(version)) = (accounts, version) {
        accounts.keep(key.clone(), version, Arc::clone(&account));
    }
    Ok(Some(account))
}

/// Reads the account in one statement, so that user and sessions are of one moment.
async fn read(app: &App, key: &UserKey) -> Result<Option<Arc<Account>>> {
    let account = user::Entity::find_by_id(key.clone()).find_with_related(session::Entity);
    let account = account.all(app.db.read()).await?.pop();
    Ok(account.map(|(user, sessions)| {
        let mut sessions: Vec<_> = sessions.into_iter().map(Arc::new).collect();
        sessions
            .sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Arc::new(Account { user: Arc::new(user), sessions })
    }))
}

/// The live sessions of a user, oldest first.
pub async fn live_sessions(app: &App, key: &UserKey) -> Result<Vec<Arc<session::Model>>> {
    let now = app.clock.now();
    if app.db.is_shared() {
        let sessions = session::Entity::find_active_of(key, now)
            .order_by_asc(session::Column::CreatedAt)
            .order_by_asc(session::Column::Id);
        return Ok(sessions.all(app.db.read()).await?.into_iter().map(Arc::new).collect());
    }
    let Some(account) = get(app, key).await? else { return Ok(Vec::new()) };
    Ok(account.sessions.iter().filter(|session| session.expires_at > now).cloned().collect())
}
