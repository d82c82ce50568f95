//! Verifies an address with the secret that was sent to it.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{UserId, token};
use sea_orm::{IntoActiveModel, Set};

use crate::account::tokens::PresentedToken;
use crate::account::{auth_methods, tokens};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::{Error, Result};

/// Marks the address or number that the secret was sent to as verified, if it is still the user's.
pub(super) async fn run(
    app: &App,
    client: &Client,
    purpose: Purpose,
    user_id: &str,
    secret: &str,
) -> Result<token::Model> {
    auth_methods::require_one_of(client, &[purpose])?;
    let presented = PresentedToken { user_id, secret, purposes: &[purpose] };
    let token = tokens::find(app, client, presented).await?;
    app.change(&Actor::Guest, client, async |tx| {
        let user = tokens::consume(tx, &token).await?.ok_or(Error::UserInvalidToken)?;
        let mut change = user.into_active_model();
        if purpose == Purpose::PhoneVerification {
            change.phone_verified = Set(true);
        } else {
            change.email_verified = Set(true);
        }
        change.updated_at = Set(tx.now);
        tx.update_user(change, Event::VerificationUpdate).await
    })
    .await?;
    Ok(token::Model { asked_id: UserId::new(user_id), ..token })
}
