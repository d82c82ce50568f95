//! Shows a second factor.

use entity::security_log::Event;
use entity::{ChallengeId, Count, authenticator, challenge, recovery_code, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect, Set,
};

use super::channel::Channel;
use super::session_factors;
use super::wrong_codes::Attempt;
use crate::account::arguments;
use crate::account::change::Change;
use crate::account::sessions::open::complete_session;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::{CredentialKind, SignedIn};
use crate::auth::factors;
use crate::client::Client;
use crate::crypto::one_time_secret::as_sent;
use crate::crypto::recovery_code::as_drawn;
use crate::crypto::session_secret::SessionSecret;
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};
use crate::message::Kind;

/// How many attempts a challenge allows.
const MAX_TRIES: Count = Count::new(5);
/// The longest argument, in characters.
const MAX_LENGTH: usize = 256;

/// A session after a second factor was shown in it, with a new secret if the sign-in was completed by a browser.
pub(super) struct Passed {
    pub(super) session: session::Model,
    pub(super) secret: Option<SessionSecret>,
}

/// Passes a challenge of the caller's session: of several requests with one code, one succeeds. A wrong code is counted.
///
/// The error is the same for a wrong code and for a challenge that is unknown, expired, passed, or of another session.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &str,
    otp: &str,
) -> Result<Passed> {
    for (argument, text) in [("challengeId", id), ("otp", otp)] {
        if text.is_empty() || text.chars().nth(MAX_LENGTH).is_some() {
            return Err(Error::argument(argument, "must have 1 to 256 characters."));
        }
    }
    let counted = Attempt::charge(app, caller, client, otp).await?;
    let passed = app
        .change(&Actor::User(caller), client, async |tx| {
            let user = tx.confirm(&caller.user.id).await?;
            let passed = attempt(app, tx, &user, caller, (client, id, otp)).await?;
            if passed.is_none() && counted.is_last() {
                tx.alert(Kind::TooManyWrongCodes, &user).await?;
            }
            Ok(passed)
        })
        .await?;
    if passed.is_some() {
        counted.succeed(app).await;
    }
    passed.ok_or(Error::UserInvalidToken)
}

/// None if the code is wrong, or the challenge can't be passed.
async fn attempt(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    caller: &SignedIn,
    (client, id, otp): (&Client, &str, &str),
) -> Result<Option<Passed>> {
    let Some(challenge) = count_attempt(tx, caller, id).await? else { return Ok(None) };
    let channel = Channel::parse(&challenge.factor, client)?;
    if !is_right(app, tx, user, &challenge, (channel, otp)).await? {
        tx.log(Event::ChallengeUpdateFailure, user).await?;
        return Ok(None);
    }
    challenge::Entity::delete_by_id(challenge.id).exec(tx).await?;
    tx.log(Event::ChallengeUpdate, user).await?;
    if channel == Channel::RecoveryCode {
        tx.log(Event::RecoveryCodesUse, user).await?;
        tx.alert(Kind::RecoveryCodeUsed, user).await?;
    }
    pass(app, tx, user, caller, (client, channel)).await.map(Some)
}

/// Counts an attempt at a challenge of the caller's session, and returns it; none if it can't be passed.
async fn count_attempt(
    tx: &Change<'_>,
    caller: &SignedIn,
    id: &str,
) -> Result<Option<challenge::Model>> {
    arguments::id("challengeId", id).map_err(|_| Error::UserInvalidToken)?;
    let id = ChallengeId::new(id);
    let counted = challenge::Entity::update_many()
        .col_expr(challenge::Column::Tries, Expr::col(challenge::Column::Tries).add(1))
        .filter(challenge::Column::Id.eq(id.clone()))
        .filter(challenge::Column::ProjectId.eq(caller.user.project_id.clone()))
        .filter(challenge::Column::UserId.eq(caller.user.id.clone()))
        .filter(challenge::Column::SessionId.eq(caller.session.id.clone()))
        .filter(challenge::Column::ExpiresAt.gt(tx.now))
        .filter(challenge::Column::Tries.lt(MAX_TRIES))
        .exec(tx)
        .await?;
    if counted.rows_affected != 1 {
        return Ok(None);
    }
    Ok(challenge::Entity::find_by_id(id).find_unique(tx).await?)
}

/// Whether `otp` is the challenge's code. One that must not be used again is used up by the same statement that finds it.
async fn is_right(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    challenge: &challenge::Model,
    (channel, otp): (Channel, &str),
) -> Result<bool> {
    let is_own = |address: &Option<String>| address.as_deref() == Some(&challenge.address);
    match channel {
        Channel::Totp => use_step(app, tx, user, otp).await,
        Channel::RecoveryCode => use_recovery_code(app, tx, user, otp).await,
        Channel::Email if !(user.email_verified && is_own(&user.email)) => Ok(false),
        Channel::Phone if !(user.phone_verified && is_own(&user.phone)) => Ok(false),
        Channel::Email | Channel::Phone => {
            let challenge::Model { id, code_hash, address, .. } = challenge;
            Ok(app.codes.matches_challenge(code_hash, id, address, &as_sent(otp)))
        }
    }
}

/// Uses a code of the authenticator app: its time step must be later than the last one.
async fn use_step(app: &App, tx: &Change<'_>, user: &user::Model, otp: &str) -> Result<bool> {
    let row = authenticator::Entity::find_of(&user.key(), authenticator::Kind::Totp)
        .filter(authenticator::Column::VerifiedAt.is_not_null())
        .find_unique(tx)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let Some(step) = app.seeds.matched_step(&row, &as_sent(otp), tx.now) else { return Ok(false) };
    let claimed = authenticator::Entity::update_many()
        .col_expr(authenticator::Column::LastStep, Expr::value(step))
        .filter(authenticator::Column::Id.eq(row.id))
        .filter(authenticator::Column::LastStep.lt(step))
        .exec(tx)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Uses a recovery code.
async fn use_recovery_code(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    otp: &str,
) -> Result<bool> {
    let Some(code) = as_drawn(otp) else { return Ok(false) };
    let left = recovery_code::Entity::find_of(&user.key()).lock_exclusive().all(tx).await?;
    let found = left.into_iter().find(|row| app.recovery_codes.is(&user.key(), &row.hash, &code));
    let Some(found) = found else { return Ok(false) };
    let claimed = recovery_code::Entity::delete_all_of(&user.key())
        .filter(recovery_code::Column::Hash.eq(found.hash))
        .exec(tx)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Adds the factor to the session, and completes it if it was half-open. Someone else may know the secret of a cookie from
/// before, so a browser gets a new one (ASVS 7.2.4); apps keep theirs, as they expect.
async fn pass(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    caller: &SignedIn,
    (client, channel): (&Client, Channel),
) -> Result<Passed> {
    let session = session_factors::add(tx, caller, [channel.factor()]).await?;
    let mut change = session.into_active_model();
    change.mfa_updated_at = Set(Some(tx.now));
    change.updated_at = Set(tx.now);
    let session = change.update_as_is(tx).await?;
    if !session.half_open || factors::is_half_open(app, tx, user, &session).await? {
        return Ok(Passed { session, secret: None });
    }
    let mut session = complete_session(tx, user, client, session).await?;
    if caller.by != CredentialKind::Cookie {
        return Ok(Passed { session, secret: None });
    }
    let secret = SessionSecret::new(user.id.clone(), &app.random);
    let mut change = session.into_active_model();
    change.secret_hash = Set(secret.hash());
    session = change.update_as_is(tx).await?;
    Ok(Passed { session, secret: Some(secret) })
}
