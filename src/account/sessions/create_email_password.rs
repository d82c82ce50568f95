//! Signs in with an e-mail address and a password.

use entity::session::Method;
use entity::user;
use sea_orm::{IntoActiveModel, Set};

use super::open::{Opened, accessed_at, log_failure, open};
use crate::account::{arguments, auth_methods};
use crate::address::Email;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::crypto::password::Password;
use crate::crypto::password_hash::Verified;
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};

/// How often a password is checked if its hash is replaced meanwhile, by another sign-in or a new password.
const MAX_ATTEMPTS: usize = 2;

/// Checks the password and opens a session. A hash that is outdated is replaced.
///
/// An unknown address and a wrong password are answered alike, and cost the same: one hash and one row of
/// the log. Only a client with the right password learns that an account is blocked (EN-2).
pub(super) async fn run(app: &App, client: &Client, email: &str, password: &str) -> Result<Opened> {
    auth_methods::require(client, AuthMethod::Password)?;
    let email = arguments::email(email)?;
    let password = arguments::presented_password("password", password)?;
    for _ in 0..MAX_ATTEMPTS {
        if let Some(opened) = attempt(app, client, &email, &password).await? {
            return Ok(opened);
        }
    }
    Err(Error::UserInvalidCredentials)
}

/// None if the account has changed since the password was checked.
async fn attempt(
    app: &App,
    client: &Client,
    email: &Email,
    password: &Password,
) -> Result<Option<Opened>> {
    // First of all, so that no more requests wait for the database than for a hash (PW-5).
    let slot = app.passwords.enqueue()?;
    let user = user::Entity::find_by_email(&client.project.id, email.as_str());
    let user = user.find_unique(app.db.read()).await?;

    let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let salt = app.random.bytes();
    let verified = app.passwords.verify_and_renew(slot, password, stored, salt).await?;
    let now = app.clock.now();
    let (user, replacement) = match (verified, user) {
        (Verified::Right, Some(user)) => (user, None),
        (Verified::Outdated { replacement }, Some(user)) => (user, Some(replacement)),
        (_, user) => {
            log_failure(app, client, user.as_ref(), Some(Method::Password)).await?;
            return Err(Error::UserInvalidCredentials);
        }
    };
    if !user.enabled {
        log_failure(app, client, Some(&user), Some(Method::Password)).await?;
        return Err(Error::UserBlocked);
    }
    app.change(&Actor::Guest, client, async |tx| {
        let checked = user.password_hash.clone();
        let user = tx.lock_user((user.project_id, user.id)).await?;
        // Meanwhile the account may have been deleted or blocked, or its hash replaced.
        let unchanged = |user: &user::Model| user.enabled && user.password_hash == checked;
        let Some(user) = user.filter(unchanged) else { return Ok(None) };
        let accessed_at = accessed_at(&user, now);
        let mut change = user.into_active_model();
        change.accessed_at = Set(accessed_at);
        if let Some(hash) = replacement {
            change.password_hash = Set(Some(hash));
        }
        let user = change.update_as_is(tx).await?;
        open(app, tx, &user, client, Method::Password).await.map(Some)
    })
    .await
}
