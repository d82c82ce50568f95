//! Signs up with an e-mail address and a password.

use entity::message::State;
use entity::security_log::Event;
use entity::{UserId, user};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::account::{arguments, auth_methods, sign_up};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::{AuthMethod, WebhookEvent};
use crate::db::{AsIs, FindUnique, OnUnique};
use crate::error::{Error, Result};
use crate::message::Kind;
use crate::outbox::compose_alert;

/// The arguments of a sign-up.
pub(super) struct NewUser {
    pub(super) user_id: String,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: String,
}

/// Creates a user with a password. Fails if the id or the address is taken.
///
/// If the project hides who has an account, a taken address is answered like a free one, and its owner gets
/// a mail (EN-5). Ids can't be chosen then: whether one is taken afterwards would reveal the outcome.
pub(super) async fn run(app: &App, client: &Client, new: NewUser) -> Result<user::Model> {
    auth_methods::require(client, AuthMethod::Password)?;
    let mut user_id = arguments::chosen_id(app, &new.user_id)?;
    if client.project.security.hide_taken_addresses {
        user_id = UserId::new(app.random.id(app.clock.now()));
    }
    let email = arguments::email(&new.email)?;
    let now = app.clock.now();
    let user = sign_up::new_user(client, user_id, Some(email.as_str()), now)?;
    let password = arguments::new_password(&new.password, &client.project.password)?;
    let name = if new.name.is_empty() { new.name } else { arguments::name(new.name)? };
    let hash = app.hash_password(&password).await?;

    let user =
        user::Model { name, password_hash: Some(hash), password_updated_at: Some(now), ..user };
    if client.project.security.hide_taken_addresses {
        return create_quietly(app, client, user).await;
    }
    app.change(&Actor::Guest, client, async |tx| {
        let user = user.into_active_model().reset_all().insert_as_is(tx).await;
        let user = user.on_unique(Error::UserAlreadyExists)?;
        tx.anonymize_log(&user).await?;
        tx.log(Event::UserCreate, &user).await?;
        Ok(user)
    })
    .await
}

/// Creates `user`, or mails the owner of the address that someone tried to sign up with it, in the same
/// steps.
async fn create_quietly(app: &App, client: &Client, user: user::Model) -> Result<user::Model> {
    let email = user.email.as_deref().unwrap_or_default();
    let owner = || user::Entity::find_by_email(&user.project_id, email);
    // A mail is composed for a free address as well, and not sent.
    let addressee = owner().find_unique(app.db.read()).await?.unwrap_or_else(|| user.clone());
    let warning = compose_alert(app, Kind::AddressTaken, &addressee, client)?;
    app.change(&Actor::Guest, client, async |tx| {
        let is_taken = !user.clone().insert_if_free(tx).await?;
        let owner = owner().find_unique(tx).await?.ok_or(Error::GeneralServerBusy)?;
        let event = if is_taken { Event::UserCreateFailure } else { Event::UserCreate };
        tx.log(event, &owner).await?;
        if is_taken {
            tx.webhooks().pretend(WebhookEvent::UserCreate, &user).await?;
        }
        if let Some(mut warning) = warning {
            if !is_taken {
                warning.state = State::Dropped;
            }
            tx.send(warning).await?;
        }
        Ok(user.clone())
    })
    .await
}
