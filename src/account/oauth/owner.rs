//! Finds the user that a provider account belongs to: the rules of linking (OA-2, OA-4, OA-5).

use std::time::Duration;

use entity::security_log::Event;
use entity::{Timestamp, UserId, identity, session, token, user};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};

use super::flow::Linking;
use super::sign_in::ProviderSignIn;
use crate::account::change::Change;
use crate::account::mfa::freshness;
use crate::account::pre_hijacking::{
    alert_of_passkeys, detach_address, revoke_unverified_access, revoke_unverified_factors,
};
use crate::account::sessions::end::end_all;
use crate::account::sessions::open::accessed_at;
use crate::account::{arguments, sign_up};
use crate::address::Email;
use crate::app::App;
use crate::auth::factors::is_half_open;
use crate::auth::recent_sign_in;
use crate::auth::recent_sign_in::RECENTLY;
use crate::client::Client;
use crate::config::WebhookEvent;
use crate::db::{AsIs, FindUnique, OnUnique};
use crate::error::{Error, Result};
use crate::message::Kind;
use crate::oauth::Profile;

/// Finds or creates the user to sign in, and locks the row.
///
/// In this order: the user who was signed in at the start; the user with this identity; the user who has
/// verified the same e-mail address as the provider; a new user. An address that the provider hasn't
/// verified finds no user. If a user only claims the address ([`user::Model::only_claims`]), it is taken
/// from that user. The owner of an account that it is linked to is alerted.
pub(super) async fn find(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    sign_in: &ProviderSignIn<'_>,
) -> Result<user::Model> {
    let now = app.clock.now();
    let project = &client.project.id;
    let profile = &sign_in.grant.profile;
    let identity =
        identity::Entity::find_by_subject(project, sign_in.provider.issuer(), &profile.subject);
    let identity = identity.find_unique(tx).await?;
    if let Some(linking) = sign_in.linking {
        let is_own = identity.as_ref().is_some_and(|own| own.user_id == linking.user_id);
        let user = confirm(app, tx, client, linking, is_own).await?;
        if identity.is_some_and(|identity| identity.user_id != user.id) {
            return Err(Error::UserAlreadyExists);
        }
        if !is_own {
            // The alert doesn't go to the address that the account only brings along.
            tx.alert(Kind::IdentityLinked, &user).await?;
        }
        return add_profile(app, tx, user, client, profile).await;
    }
    if let Some(identity) = identity {
        let user = tx.lock_user((project.clone(), identity.user_id)).await?;
        return enter(tx, user.ok_or(Error::GeneralServerBusy)?, now).await;
    }
    if let Some(email) = profile.verified_email() {
        let user = user::Entity::find_by_email(project, email.as_str());
        match user.lock_exclusive().find_unique(tx).await? {
            Some(user) if user.only_claims(email.as_str()) => {
                detach_address(tx, user, email.as_str()).await?;
            }
            Some(user) => {
                tx.alert(Kind::IdentityLinked, &user).await?;
                return prove(tx, user, now).await;
            }
            None => {}
        }
    }
    create(app, tx, client, profile).await
}

/// The user who was signed in at the start, if that session is still live and complete. A provider account is another way
/// to sign in: a user whose sign-ins need a second factor must have shown one recently, and in projects that ask for it, each
/// user must have signed in recently. With an account that `is_own` already, the user signs in anew.
async fn confirm(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    linking: &Linking,
    is_own: bool,
) -> Result<user::Model> {
    const CAUSE: &str = "the session that began the sign-in has ended";
    let key = (client.project.id.clone(), linking.user_id.clone());
    let user = tx.lock_user(key.clone()).await?;
    let session = session::Entity::find_active_of(&key, tx.now)
        .filter(session::Column::Id.eq(linking.session_id.clone()))
        .find_unique(tx)
        .await?;
    let (Some(user), Some(session)) = (user, session) else {
        return Err(Error::GeneralUnauthorizedScope(CAUSE));
    };
    if is_half_open(app, tx, &user, &session).await? {
        return Err(Error::UserMoreFactorsRequired);
    }
    freshness::check_if_on(app, tx, &user, &session).await?;
    if !is_own {
        let recently = Duration::from_secs(RECENTLY.into());
        recent_sign_in::require(app, tx, client, (&user, &session), recently).await?;
    }
    enter(tx, user, tx.now).await
}

/// Records the sign-in. Fails if the user is blocked.
async fn enter(tx: &Change<'_>, user: user::Model, now: Timestamp) -> Result<user::Model> {
    if !user.enabled {
        return Err(Error::UserBlocked);
    }
    let accessed_at = accessed_at(&user, now);
    let mut change = user.into_active_model();
    change.accessed_at = Set(accessed_at);
    Ok(change.update_as_is(tx).await?)
}

/// Records that the user's address is verified. Revokes the access of anyone who signed up with it
/// unverified.
async fn prove(tx: &Change<'_>, user: user::Model, now: Timestamp) -> Result<user::Model> {
    let user = enter(tx, user, now).await?;
    if user.email_verified {
        return Ok(user);
    }
    let user = revoke_unverified_access(tx, user).await?;
    let mut change = revoke_unverified_factors(tx, user).await?.into_active_model();
    change.email_verified = Set(true);
    change.updated_at = Set(now);
    let user = change.update_as_is(tx).await?;
    tx.webhooks().publish_user(WebhookEvent::UserVerify, &user).await?;
    Ok(user)
}

/// Adds the name and the address that the user doesn't have yet. A new address has to be of the project's
/// domains. Ends the sessions of a user who had neither address nor number, and deletes the tokens: someone else may know
/// their secrets (SJ-9). Passkeys stay, and the owner of the new address is alerted to them.
async fn add_profile(
    app: &App,
    tx: &Change<'_>,
    user: user::Model,
    client: &Client,
    profile: &Profile,
) -> Result<user::Model> {
    let now = app.clock.now();
    if user.email.is_none() {
        sign_up::check_domain(client, profile.verified_email().map(Email::as_str))?;
    }
    if user.has_no_address() {
        token::Entity::delete_all_of(&user).exec(tx).await?;
        end_all(tx, &user.key()).await?;
    }
    let filled = fill(tx, user.clone(), profile).await?;
    if filled == user {
        return Ok(user);
    }
    let gets_address = filled.email != user.email;
    let mut change = user.into_active_model();
    change.name = Set(filled.name);
    change.email = Set(filled.email);
    change.email_verified = Set(filled.email_verified);
    change.updated_at = Set(now);
    let user = change.update_as_is(tx).await.on_unique(Error::GeneralServerBusy)?;
    if gets_address {
        tx.log(Event::UserUpdateEmail, &user).await?;
        alert_of_passkeys(tx, &user).await?;
    }
    Ok(user)
}

/// Creates a user from a profile.
async fn create(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    profile: &Profile,
) -> Result<user::Model> {
    let now = app.clock.now();
    let id = UserId::new(app.random.id(now));
    // An unverified address proves nothing.
    let email = profile.verified_email().map(Email::as_str);
    let user = sign_up::new_user(client, id, email, now)?;
    let user = user::Model { email_verified: email.is_some(), ..user };
    let user = fill(tx, user, profile).await?;
    let user = user.into_active_model().reset_all().insert_as_is(tx).await;
    let user = user.on_unique(Error::GeneralServerBusy)?;
    tx.log(Event::UserCreate, &user).await?;
    Ok(user)
}

/// Adds to the user what the profile has: a name, and a verified address that no other user has. An
/// unverified address is not added: anyone who proves it later would get the account.
async fn fill(tx: &Change<'_>, mut user: user::Model, profile: &Profile) -> Result<user::Model> {
    if user.name.is_empty()
        && let Ok(name) = arguments::name(profile.name.clone())
    {
        user.name = name;
    }
    if user.email.is_none()
        && let Some(email) = profile.verified_email()
        && user::Entity::find_by_email(&user.project_id, email.as_str())
            .find_unique(tx)
            .await?
            .is_none()
    {
        user.email = Some(email.to_string());
        user.email_verified = true;
    }
    Ok(user)
}
