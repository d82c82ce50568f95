//! Sets a new password with the secret or code of a recovery mail.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{UserId, token};
use sea_orm::{IntoActiveModel, Set};

use crate::account::pre_hijacking::{revoke_unverified_access, revoke_unverified_factors};
use crate::account::sessions::end::end_all;
use crate::account::tokens::PresentedToken;
use crate::account::{arguments, auth_methods, tokens};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::{AuthMethod, WebhookEvent};
use crate::db::AsIs;
use crate::error::{Error, Result};
use crate::message::Kind;

/// The arguments of setting a new password.
pub(super) struct Request {
    /// Whether the secret is that of a link, or a code.
    pub(super) purpose: Purpose,
    pub(super) user_id: String,
    pub(super) secret: String,
    pub(super) password: String,
    pub(super) password_again: Option<String>,
}

/// Sets the password, if the secret is right. A rejected password doesn't consume the secret, and a wrong
/// secret is rejected before anything is hashed (PW-8). The secret for an address that its user only claims
/// doesn't work.
///
/// Ends all sessions of the user. If the address was never verified, someone else may have signed up with it (OA-4): then
/// the phone number and the second factors are removed, too.
pub(super) async fn run(app: &App, client: &Client, request: Request) -> Result<token::Model> {
    auth_methods::require(client, AuthMethod::Password)?;
    let Request { purpose, user_id, secret, password, password_again } = request;
    if password_again.is_some_and(|again| again != password) {
        return Err(Error::UserPasswordMismatch);
    }
    let password = arguments::new_password(&password, &client.project.password)?;
    let purposes = &[purpose];
    let presented = PresentedToken { user_id: &user_id, secret: &secret, purposes };
    let token = tokens::find(app, client, presented).await?;
    // Of several requests with one secret, only one hashes a password; the others find the secret consumed.
    let _turn = app.recoveries.lock(token.id.as_str()).await;
    tokens::check_unspent(app, &token).await?;
    let hash = app.hash_password(&password).await?;

    app.change(&Actor::Guest, client, async |tx| {
        let user = tokens::consume(tx, &token).await?;
        let user = user.filter(|user| !user.only_claims(&token.address));
        let user = user.ok_or(Error::UserInvalidToken)?;
        let is_unproven = !user.email_verified;
        let user = if is_unproven {
            let user = revoke_unverified_access(tx, user).await?;
            revoke_unverified_factors(tx, user).await?
        } else {
            user
        };
        let mut change = user.into_active_model();
        change.password_hash = Set(Some(hash));
        change.password_updated_at = Set(Some(tx.now));
        change.email_verified = Set(true);
        if is_unproven {
            // It is unverified as well, or the address would only be claimed.
            change.phone = Set(None);
        }
        change.updated_at = Set(tx.now);
        let user = change.update_as_is(tx).await?;
        token::Entity::delete_all_of(&user).exec(tx).await?;
        // Whatever the project does when a password is changed: someone else may be signed in (SJ-15).
        end_all(tx, &user.key()).await?;
        tx.log(Event::RecoveryUpdate, &user).await?;
        if is_unproven {
            tx.webhooks().publish_user(WebhookEvent::UserVerify, &user).await?;
        }
        tx.alert(Kind::Recovered, &user).await
    })
    .await?;
    Ok(token::Model { asked_id: UserId::new(user_id), ..token })
}
