//! Requires that the caller has signed in, or shown a second factor, a short time ago: in projects that ask for it.

use std::time::Duration;

use entity::session::Method;
use entity::{identity, passkey, session, user};
use sea_orm::{ConnectionTrait, DbErr, QuerySelect};

use crate::app::App;
use crate::auth::factors::SecondFactors;
use crate::client::Client;
use crate::error::{Error, Result};

/// Ten minutes, in the unit of the directive: seconds. What is risky for an account asks for it.
pub const RECENTLY: u32 = 600;

/// Fails if `session` of `user`, both read through `db`, has not signed in, or shown a second factor, `within` this time.
///
/// Users who could not sign in anew are exempt: they would be stuck.
pub async fn require(
    app: &App,
    db: &impl ConnectionTrait,
    client: &Client,
    (user, session): (&user::Model, &session::Model),
    within: Duration,
) -> Result<()> {
    if !client.project.security.require_recent_sign_in
        || app.clock.now().since(session.shown_at()) <= within
    {
        return Ok(());
    }
    let factors = SecondFactors::of(app, db, user).await?;
    if factors.beside(session).any() {
        return Err(Error::UserChallengeRequired);
    }
    if can_sign_in_anew(db, user, session).await? {
        Err(Error::UserReauthenticationRequired)
    } else {
        Ok(())
    }
}

/// Whether there is a way to sign in as this user again: an own one, or the server that has made this session. An anonymous
/// user has none.
async fn can_sign_in_anew(
    db: &impl ConnectionTrait,
    user: &user::Model,
    session: &session::Model,
) -> Result<bool, DbErr> {
    let is_by_server = match session.method() {
        Method::Server | Method::ServerToken | Method::Token => true,
        Method::Password
        | Method::Anonymous
        | Method::MagicUrl
        | Method::Phone
        | Method::Passkey
        | Method::Provider(_) => false,
    };
    Ok(is_by_server
        || !user.has_no_address()
        || user.password_hash.is_some()
        || has_identity(db, user).await?
        || has_passkey(db, user).await?)
}

async fn has_identity(db: &impl ConnectionTrait, user: &user::Model) -> Result<bool, DbErr> {
    let found = identity::Entity::find_by_user(&user.key());
    let found = found.select_only().column(identity::Column::Id).limit(1).into_tuple::<String>();
    Ok(!found.all(db).await?.is_empty())
}

async fn has_passkey(db: &impl ConnectionTrait, user: &user::Model) -> Result<bool, DbErr> {
    let found = passkey::Entity::find_by_user(&user.key());
    let found = found.select_only().column(passkey::Column::Id).limit(1).into_tuple::<String>();
    Ok(!found.all(db).await?.is_empty())
}
