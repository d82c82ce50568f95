//! Whose an account at a provider is: the rules of linking (OA-2, OA-4, OA-5).

use entity::security_log::Event;
use entity::{Timestamp, UserId, identity, session, user};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};

use super::flow::Linking;
use super::sign_in::ProviderSignIn;
use crate::account::change::Change;
use crate::account::pre_hijacking::{detach_address, revoke_unverified_access};
use crate::account::{arguments, sign_up};
use crate::address::Email;
use crate::app::App;
use crate::client::Client;
use crate::db::{FindUnique, OnUnique};
use crate::error::{Error, Result};
use crate::oauth::Profile;

/// The user to sign in, locked.
///
/// That is who was signed in at the start; else whose identity it is; else who has proven the address that the provider
/// has proven, too. Everybody else is new. An address that the provider didn't verify leads to nobody, and one that an
/// account only claims is taken from it.
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
        let user = confirm(tx, client, linking, now).await?;
        if identity.is_some_and(|identity| identity.user_id != user.id) {
            return Err(Error::UserAlreadyExists);
        }
        return complete(app, tx, user, client, profile).await;
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
            Some(user) => return prove(tx, user, now).await,
            None => {}
        }
    }
    create(app, tx, client, profile).await
}

/// The user of the session at the start, if that still stands.
async fn confirm(
    tx: &Change<'_>,
    client: &Client,
    linking: &Linking,
    now: Timestamp,
) -> Result<user::Model> {
    const CAUSE: &str = "the session of the start has ended";
    let project = &client.project.id;
    let user = tx.lock_user((project.clone(), linking.user_id.clone())).await?;
    let session = session::Entity::find_active_of(project, &linking.user_id, now)
        .filter(session::Column::Id.eq(linking.session_id.clone()))
        .find_unique(tx)
        .await?;
    match (user, session) {
        (Some(user), Some(_)) => enter(tx, user, now).await,
        _ => Err(Error::GeneralUnauthorizedScope(CAUSE)),
    }
}

/// Notes that a user signs in, who must not be blocked.
async fn enter(tx: &Change<'_>, user: user::Model, now: Timestamp) -> Result<user::Model> {
    if !user.enabled {
        return Err(Error::UserBlocked);
    }
    let mut change = user.into_active_model();
    change.accessed_at = Set(now);
    Ok(change.update(tx).await?)
}

/// Notes that the user's address is proven. Whoever signed up with it unproven has to go.
async fn prove(tx: &Change<'_>, user: user::Model, now: Timestamp) -> Result<user::Model> {
    let user = enter(tx, user, now).await?;
    if user.email_verified {
        return Ok(user);
    }
    let mut change = revoke_unverified_access(tx, user).await?.into_active_model();
    change.email_verified = Set(true);
    change.updated_at = Set(now);
    Ok(change.update(tx).await?)
}

/// Gives a user the name and the address that are missing so far. The sessions of one who had neither address nor number
/// end: who knows their secrets need not be who the user is now (SJ-9). The address that a user gets has to be
/// of the project's domains.
async fn complete(
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
        session::Entity::delete_all_of(&user.project_id, &user.id).exec(tx).await?;
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
    let user = change.update(tx).await.on_unique(Error::GeneralServerBusy)?;
    if gets_address {
        tx.log(Event::UserUpdateEmail, &user).await?;
    }
    Ok(user)
}

/// Makes a user of a profile.
async fn create(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    profile: &Profile,
) -> Result<user::Model> {
    let now = app.clock.now();
    let id = UserId::new(app.random.id(now));
    // An address that the provider didn't verify proves nothing.
    let email = profile.verified_email().map(Email::as_str);
    let user = sign_up::new_user(client, id, email, now)?;
    let user = user::Model { email_verified: email.is_some(), ..user };
    let user = fill(tx, user, profile).await?;
    let user = user.into_active_model().reset_all().insert(tx).await;
    let user = user.on_unique(Error::GeneralServerBusy)?;
    tx.log(Event::UserCreate, &user).await?;
    Ok(user)
}

/// The user with what the profile adds: a name, and a verified address unless it is somebody else's. One that isn't verified
/// would go to whoever proves it, and the account with it.
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
