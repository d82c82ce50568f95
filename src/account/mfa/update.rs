//! Turns second factors on or off.

use entity::security_log::Event;
use entity::{UserId, user};
use sea_orm::{IntoActiveModel, Set};

use super::{freshness, session_factors};
use crate::account::change::Change;
use crate::account::sessions::open::end_half_open;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::auth::factors::SecondFactors;
use crate::client::Client;
use crate::error::Result;
use crate::message::Kind;

/// Sets the switch. When it is turned on, the caller's session stays complete: it gets the factors that are set up, as in
/// Appwrite. If there are any, the session must be fresh.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    mfa: bool,
) -> Result<user::Model> {
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        if user.mfa == mfa {
            return Ok(user);
        }
        if mfa {
            let set_up = SecondFactors::of(app, tx, &user).await?;
            if set_up.any() {
                freshness::check(&caller.session, tx.now)?;
            }
            session_factors::add(tx, caller, set_up.names()).await?;
        } else {
            freshness::check(&caller.session, tx.now)?;
        }
        session_factors::end_others(tx, client, &user, caller).await?;
        let user = set(tx, user, mfa).await?;
        session_factors::record_half_open(app, tx, &user).await?;
        Ok(user)
    })
    .await
}

/// Sets the switch for a server or an operator, who don't have to show a factor.
pub(crate) async fn run_for_server(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    mfa: bool,
) -> Result<user::Model> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        if user.mfa == mfa {
            return Ok(user);
        }
        let user = set(tx, user, mfa).await?;
        session_factors::record_half_open(app, tx, &user).await?;
        Ok(user)
    })
    .await
}

/// Stores the switch, logs it, and alerts the user. When it is turned off, half-open sessions end, or they would be complete
/// without a second factor.
pub(crate) async fn set(tx: &Change<'_>, user: user::Model, mfa: bool) -> Result<user::Model> {
    if !mfa {
        end_half_open(tx, &user).await?;
    }
    let mut change = user.into_active_model();
    change.mfa = Set(mfa);
    change.updated_at = Set(tx.now);
    let user = tx.update_user(change, Event::UserUpdateMfa).await?;
    tx.alert(if mfa { Kind::MfaEnabled } else { Kind::MfaDisabled }, &user).await?;
    Ok(user)
}
