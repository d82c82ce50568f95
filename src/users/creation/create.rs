//! Creates a user.

use entity::security_log::Event;
use entity::user;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::account::{arguments, sign_up};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::crypto::password_hash::StoredHash;
use crate::db::{AsIs, OnUnique};
use crate::error::{Error, Result};

/// A user to create.
pub(super) struct NewUser {
    pub(super) user_id: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) name: Option<String>,
    pub(super) password: NewPassword,
}

/// The password of a new user.
pub(super) enum NewPassword {
    None,
    Plain(String),
    Hashed(StoredHash),
}

impl NewUser {
    /// A user with a password that another system has hashed.
    pub(super) fn with_hash(
        user_id: String,
        email: String,
        name: Option<String>,
        hash: StoredHash,
    ) -> Self {
        let password = NewPassword::Hashed(hash);
        Self { user_id, email: Some(email), phone: None, name, password }
    }
}

/// Creates the user. Fails if the id, the address or the number is taken.
pub(super) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    new: NewUser,
) -> Result<user::Model> {
    let user_id = arguments::chosen_id(app, &new.user_id)?;
    let email = new.email.map(|email| arguments::email(&email)).transpose()?;
    let phone = new.phone.map(|phone| arguments::phone("phone", &phone)).transpose()?;
    let name = new.name.map(arguments::name).transpose()?;
    let password_hash = match new.password {
        NewPassword::None => None,
        NewPassword::Plain(password) => {
            let rules = &client.project.password;
            Some(app.hash_password(&arguments::new_password(&password, rules)?).await?)
        }
        NewPassword::Hashed(hash) => Some(hash.to_string()),
    };

    app.change(actor, client, async |tx| {
        let user = user::Model {
            email: email.map(|email| email.to_string()),
            phone: phone.map(|phone| phone.to_string()),
            name: name.unwrap_or_default(),
            password_updated_at: password_hash.is_some().then_some(tx.now),
            password_hash,
            ..sign_up::new_user_of_admin(client, user_id, tx.now)
        };
        let user = user.into_active_model().reset_all().insert_as_is(tx).await;
        let user = user.on_unique(Error::UserAlreadyExists)?;
        tx.anonymize_log(&user).await?;
        tx.log(Event::UserCreate, &user).await?;
        Ok(user)
    })
    .await
}
