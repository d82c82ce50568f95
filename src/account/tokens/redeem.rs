//! Redeeming one-time secrets: each once, and codes within a few tries.

use std::collections::BTreeSet;
use std::time::Duration;

use entity::token::Purpose;
use entity::{Count, Timestamp, UserId, token, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::account::arguments;
use crate::account::change::Change;
use crate::app::App;
use crate::client::Client;
use crate::crypto::one_time_secret::{as_sent, hash_link_secret, is_link_secret};
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::limiter::Quota;

/// How many attempts a code allows (OT-6).
const MAX_TRIES: Count = Count::new(5);
/// How many attempts an hour are compared with the codes of one address.
const GUESSES_PER_HOUR: u32 = 10;
/// How many attempts a day are compared with the codes of one address that recover the account, or verify the address. Links
/// have no such limit.
const GUESSES_PER_DAY: u32 = 30;
/// How far the clock may have been ahead on the server that created a token. A token from further ahead
/// would be valid for too long.
const MAX_AHEAD: Duration = Duration::from_mins(1);
/// The longest secret that is accepted, in characters.
const MAX_SECRET: usize = 256;

/// A secret that a client presents.
#[derive(Clone, Copy)]
pub(in crate::account) struct PresentedToken<'a> {
    /// The user's id, or the id from the response to the request for the secret.
    pub(in crate::account) user_id: &'a str,
    pub(in crate::account) secret: &'a str,
    /// The purposes that the operation redeems.
    pub(in crate::account) purposes: &'a [Purpose],
}

/// Finds the token of a presented secret. An attempt at a code is counted before the code is compared.
///
/// The error is the same for an unknown user and for a wrong, consumed or expired secret (EN-6).
pub(in crate::account) async fn find(
    app: &App,
    client: &Client,
    presented: PresentedToken<'_>,
) -> Result<token::Model> {
    let id = arguments::id("userId", presented.user_id)?;
    if presented.secret.chars().nth(MAX_SECRET).is_some() {
        return Err(Error::argument("secret", "must have at most 256 characters."));
    }
    let secret = as_sent(presented.secret);
    let project = &client.project.id;
    let now = app.clock.now();
    let all = token::Entity::find_for(project, &id, presented.purposes);
    forget_expired(app, all.clone(), now).await?;
    let live = all
        .filter(token::Column::ExpiresAt.gt(now))
        .filter(token::Column::CreatedAt.lte(now + MAX_AHEAD));
    let found = if is_link_secret(&secret) {
        live.filter(token::Column::SecretHash.eq(hash_link_secret(&secret)))
            .filter(token::Column::Guessable.eq(false))
            .find_unique(app.db.read())
            .await?
    } else {
        guess(app, live, &secret).await?
    };
    match found {
        Some(token) => Ok(token),
        None if client.project.security.reveal_accounts && !exists(app, client, &id).await? => {
            Err(Error::UserNotFound)
        }
        None => Err(Error::UserInvalidToken),
    }
}

/// Fails if a token that was found has been consumed meanwhile. It counts no attempt.
pub(in crate::account) async fn check_unspent(app: &App, token: &token::Model) -> Result<()> {
    let token = token::Entity::find_by_id(token.id.clone()).find_unique(app.db.read()).await?;
    token.map(drop).ok_or(Error::UserInvalidToken)
}

/// Deletes the expired tokens among those presented, so that they stay invalid if the clock is set back,
/// restart (OT-7).
async fn forget_expired(
    app: &App,
    tokens: sea_orm::Select<token::Entity>,
    now: Timestamp,
) -> Result<()> {
    let expired = tokens.filter(token::Column::ExpiresAt.lte(now)).all(app.db.read()).await?;
    if expired.is_empty() {
        return Ok(());
    }
    token::Entity::delete_many()
        .filter(token::Column::Id.is_in(expired.into_iter().map(|token| token.id)))
        .exec(app.db.writer())
        .await?;
    Ok(())
}

/// Counts an attempt at each code in `live`, and returns the one that matches `secret`.
///
/// Allows ten attempts an hour for one address, for all ids together (OT-6), and thirty a day at codes that don't sign in.
async fn guess(
    app: &App,
    live: sea_orm::Select<token::Entity>,
    secret: &str,
) -> Result<Option<token::Model>> {
    let codes = live
        .filter(token::Column::Guessable.eq(true))
        .filter(token::Column::Tries.lt(MAX_TRIES))
        // Always in the same order, so that concurrent attempts don't deadlock.
        .order_by_asc(token::Column::Id);
    charge_guess(app, &codes.clone().all(app.db.read()).await?).await?;
    let tried = app
        .db
        .write(async |tx| {
            let codes = codes.lock_exclusive().all(tx).await?;
            let ids = codes.iter().map(|code| code.id.clone());
            token::Entity::update_many()
                .col_expr(token::Column::Tries, Expr::col(token::Column::Tries).add(1))
                .filter(token::Column::Id.is_in(ids))
                .exec(tx)
                .await?;
            Ok(codes)
        })
        .await?;
    let is_right = |token: &token::Model| {
        let place = (&token.id, token.purpose, token.address.as_str());
        app.codes.matches(&token.secret_hash, place, secret)
    };
    Ok(tried.into_iter().find(is_right))
}

/// Charges the quotas of the addresses that `codes` were sent to.
async fn charge_guess(app: &App, codes: &[token::Model]) -> Result<()> {
    let key = |code: &token::Model| format!("{}/guess/{}", code.project_id, code.address);
    let hourly: BTreeSet<_> = codes.iter().map(key).collect();
    let daily: BTreeSet<_> = codes
        .iter()
        .filter(|code| !signs_in(code.purpose))
        .map(|code| key(code) + "/day")
        .collect();
    let (hour, day) = (Duration::from_hours(1), Duration::from_hours(24));
    let quota = |limit, window| move |key| Quota { key, limit: app.limiter.widen(limit), window };
    let hourly = hourly.into_iter().map(quota(GUESSES_PER_HOUR, hour));
    let quotas: Vec<Quota> =
        hourly.chain(daily.into_iter().map(quota(GUESSES_PER_DAY, day))).collect();
    app.limiter.enforce(&quotas, app.clock.now(), "limits.factor").await
}

/// Whether secrets of this purpose sign in. The others recover an account, or verify an address.
fn signs_in(purpose: Purpose) -> bool {
    match purpose {
        Purpose::Recovery
        | Purpose::RecoveryOtp
        | Purpose::EmailVerification
        | Purpose::EmailVerificationOtp
        | Purpose::PhoneVerification => false,
        Purpose::MagicUrlSession
        | Purpose::MagicUrlToken
        | Purpose::PhoneSession
        | Purpose::PhoneToken
        | Purpose::EmailToken
        | Purpose::OAuth2Token
        | Purpose::ServerToken
        | Purpose::PasskeyToken => true,
    }
}

async fn exists(app: &App, client: &Client, id: &UserId) -> Result<bool> {
    let key = (client.project.id.clone(), id.clone());
    Ok(user::Entity::find_by_id(key).find_unique(app.db.read()).await?.is_some())
}

/// Consumes a token: of several requests, only one succeeds. Returns its user, locked; none if the address
/// belongs to no user.
///
/// Fails if the address is no longer the user's: a secret proves only the address that it was sent to
/// (OT-9).
pub(in crate::account) async fn consume(
    tx: &Change<'_>,
    token: &token::Model,
) -> Result<Option<user::Model>> {
    // The user's row first, as everywhere: a fixed locking order avoids deadlocks.
    let user = match &token.user_id {
        Some(id) => {
            let user = tx.lock_user((token.project_id.clone(), id.clone())).await?;
            Some(user.filter(|user| has_address(user, token)).ok_or(Error::UserInvalidToken)?)
        }
        None => find_by_address(tx, token).await?,
    };
    let consumed = token::Entity::delete_by_id(token.id.clone()).exec(tx).await?;
    if consumed.rows_affected != 1 {
        return Err(Error::UserInvalidToken);
    }
    Ok(user)
}

fn has_address(user: &user::Model, token: &token::Model) -> bool {
    match token.purpose {
        // Its address is an identity's id, which the caller looks up, a passkey's, with which it is deleted, or the user's.
        Purpose::OAuth2Token | Purpose::ServerToken | Purpose::PasskeyToken => true,
        Purpose::Recovery
        | Purpose::RecoveryOtp
        | Purpose::EmailVerification
        | Purpose::EmailVerificationOtp
        | Purpose::PhoneVerification
        | Purpose::MagicUrlSession
        | Purpose::MagicUrlToken
        | Purpose::PhoneSession
        | Purpose::PhoneToken
        | Purpose::EmailToken => {
            [&user.email, &user.phone].iter().any(|known| known.as_deref() == Some(&token.address))
        }
    }
}

/// The user who has the token's address now, locked.
pub(in crate::account) async fn find_by_address(
    tx: &Change<'_>,
    token: &token::Model,
) -> Result<Option<user::Model>> {
    let (project, address) = (&token.project_id, token.address.as_str());
    let query = if address.contains('@') {
        user::Entity::find_by_email(project, address)
    } else {
        user::Entity::find_by_phone(project, address)
    };
    Ok(query.lock_exclusive().find_unique(tx).await?)
}
