//! Verifies an authenticator app.

use entity::security_log::Event;
use entity::{Factor, authenticator, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::kind;
use crate::account::mfa::session_factors;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::crypto::one_time_secret::as_sent;
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Accepts the first code of an authenticator, which then counts, also in the caller's session.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    kind: &str,
    otp: &str,
) -> Result<user::Model> {
    let kind = kind::parse(kind)?;
    if otp.is_empty() || otp.chars().nth(256).is_some() {
        return Err(Error::argument("otp", "must have 1 to 256 characters."));
    }
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let row = authenticator::Entity::find_of(&user.key(), kind).find_unique(tx).await?;
        let row = row.ok_or(Error::UserAuthenticatorNotFound)?;
        if row.verified_at.is_some() {
            return Err(Error::UserAuthenticatorAlreadyVerified);
        }
        let step = app.seeds.matched_step(&row, &as_sent(otp), tx.now);
        let step = step.ok_or(Error::UserInvalidToken)?;
        // The code of this step can't be used again.
        let verified = authenticator::Entity::update_many()
            .col_expr(authenticator::Column::VerifiedAt, Expr::value(tx.now))
            .col_expr(authenticator::Column::LastStep, Expr::value(step))
            .filter(authenticator::Column::Id.eq(row.id))
            .filter(authenticator::Column::VerifiedAt.is_null())
            .filter(authenticator::Column::LastStep.lt(step))
            .exec(tx)
            .await?;
        if verified.rows_affected != 1 {
            return Err(Error::UserInvalidToken);
        }
        session_factors::add(tx, caller, [Factor::Totp]).await?;
        session_factors::end_others(tx, client, &user, caller).await?;
        session_factors::record_half_open(app, tx, &user).await?;
        tx.log(Event::AuthenticatorUpdate, &user).await?;
        tx.alert(Kind::AuthenticatorAdded, &user).await?;
        Ok(user)
    })
    .await
}
