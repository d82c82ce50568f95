//! Signs in with a secret that was sent to an address.

use entity::security_log::Event;
use entity::session::Method;
use entity::token::Purpose;
use entity::{Timestamp, UserId, token, user};
use sea_orm::{EntityTrait, IntoActiveModel, Set};

use crate::account::change::Change;
use crate::account::pre_hijacking::{
    detach_address, revoke_unverified_access, revoke_unverified_factors,
};
use crate::account::sessions::open::{Opened, accessed_at, log_failure, open};
use crate::account::tokens::PresentedToken;
use crate::account::{auth_methods, oauth, sign_up, tokens};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::WebhookEvent;
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};

/// Opens a session for the user of the address that the secret was sent to, and marks the address as
/// verified. Creates the user if the address is new.
///
/// If a user only claims the address ([`entity::user::Model::only_claims`]), it is detached from that user
/// and goes to the new one: a claim alone doesn't open the account.
pub(super) async fn run(
    app: &App,
    client: &Client,
    purposes: &[Purpose],
    user_id: &str,
    secret: &str,
) -> Result<Opened> {
    let opened = open_with(app, client, PresentedToken { user_id, secret, purposes }).await;
    if let Err(Error::UserInvalidToken | Error::UserBlocked) = opened {
        let key = (client.project.id.clone(), UserId::new(user_id));
        let user = user::Entity::find_by_id(key).find_unique(app.db.read()).await?;
        let mut methods = purposes.iter().map(|purpose| method(*purpose));
        let first = methods.next().filter(|first| methods.all(|other| other == *first));
        log_failure(app, client, user.as_ref(), first).await?;
    }
    opened
}

async fn open_with(app: &App, client: &Client, presented: PresentedToken<'_>) -> Result<Opened> {
    auth_methods::require_one_of(client, presented.purposes)?;
    let token = tokens::find(app, client, presented).await?;
    // Revealed only to a client with the right secret.
    auth_methods::require_one_of(client, &[token.purpose])?;
    app.change(&Actor::Guest, client, async |tx| {
        let user = match tokens::consume(tx, &token).await? {
            Some(user) if user.only_claims(&token.address) => {
                detach_address(tx, user, &token.address).await?;
                create(app, tx, &token, client, tx.now).await?
            }
            Some(user) => user,
            None => create(app, tx, &token, client, tx.now).await?,
        };
        if !user.enabled {
            return Err(Error::UserBlocked);
        }
        if token.purpose == Purpose::OAuth2Token {
            return oauth::redeem::run(app, tx, client, &token, user).await;
        }
        let user = if matches!(token.purpose, Purpose::ServerToken | Purpose::PasskeyToken) {
            // It was sent to no address, and proves none.
            let accessed_at = accessed_at(&user, tx.now);
            let mut change = user.into_active_model();
            change.accessed_at = Set(accessed_at);
            change.update_as_is(tx).await?
        } else {
            let user = prove(tx, user, &token, tx.now).await?;
            // The link and the code of one mail are deleted together.
            token::Entity::delete_sent_to(&token.project_id, &[token.purpose], &token.address)
                .exec(tx)
                .await?;
            user
        };
        open(app, tx, &user, client, method(token.purpose)).await
    })
    .await
}

/// Creates the user of a new address: with the requested id, or a generated one if that has been taken.
async fn create(
    app: &App,
    tx: &Change<'_>,
    token: &token::Model,
    client: &Client,
    now: Timestamp,
) -> Result<user::Model> {
    let other_id = UserId::new(app.random.id(now));
    for id in [token.asked_id.clone(), other_id] {
        let address = token.address.as_str();
        let email = Some(address).filter(|address| address.contains('@'));
        let mut user = sign_up::new_user(client, id, email, now)?;
        if email.is_none() {
            user.phone = Some(address.to_owned());
        }
        if user.clone().insert_if_free(tx).await? {
            tx.anonymize_log(&user).await?;
            tx.log(Event::UserCreate, &user).await?;
            return Ok(user);
        }
        // Another secret for the same address was redeemed first.
        if let Some(user) = tokens::find_by_address(tx, token).await? {
            return Ok(user);
        }
    }
    Err(Error::GeneralServerBusy)
}

/// Marks the address as the user's, and verified.
///
/// If it was never verified before, someone else may have signed up with it, and loses access (OA-4).
async fn prove(
    tx: &Change<'_>,
    user: user::Model,
    token: &token::Model,
    now: Timestamp,
) -> Result<user::Model> {
    let by_mail = user.email.as_deref() == Some(&token.address);
    let is_first = !(if by_mail { user.email_verified } else { user.phone_verified });
    let accessed_at = accessed_at(&user, now);
    let mut change = user.into_active_model();
    change.accessed_at = Set(accessed_at);
    if by_mail {
        change.email_verified = Set(true);
    } else {
        change.phone_verified = Set(true);
    }
    if is_first {
        change.updated_at = Set(now);
    }
    let user = change.update_as_is(tx).await?;
    if !is_first {
        return Ok(user);
    }
    let user = revoke_unverified_access(tx, user).await?;
    let user = revoke_unverified_factors(tx, user).await?;
    tx.webhooks().publish_user(WebhookEvent::UserVerify, &user).await?;
    Ok(user)
}

/// The sign-in method that a purpose belongs to.
fn method(purpose: Purpose) -> Method<'static> {
    match purpose {
        Purpose::MagicUrlSession | Purpose::MagicUrlToken => Method::MagicUrl,
        Purpose::PhoneSession | Purpose::PhoneToken => Method::Phone,
        Purpose::ServerToken => Method::ServerToken,
        Purpose::PasskeyToken => Method::Passkey,
        Purpose::EmailToken
        | Purpose::OAuth2Token
        | Purpose::Recovery
        | Purpose::RecoveryOtp
        | Purpose::EmailVerification
        | Purpose::EmailVerificationOtp
        | Purpose::PhoneVerification => Method::Token,
    }
}
