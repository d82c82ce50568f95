//! The accounts of callers: users with their sessions, kept in memory between calls where one server writes.

use std::sync::Arc;

use entity::{UserKey, session, user};
use sea_orm::EntityTrait;

use crate::app::App;
use crate::db::Account;
use crate::error::Result;

/// The user with this key, and all sessions, as of now.
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
        let sessions = sessions.into_iter().map(Arc::new).collect();
        Arc::new(Account { user: Arc::new(user), sessions })
    }))
}
