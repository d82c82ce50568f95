//! Signing up with an e-mail address and a password.

use entity::user;
use sea_orm::ActiveModelTrait;
use sea_orm::IntoActiveModel;

use crate::account::arguments;
use crate::app::App;
use crate::client::Client;
use crate::error::Error;
use crate::error::OnUnique;
use crate::error::Result;

/// What a client sends to sign up.
pub(super) struct NewUser {
    pub(super) user_id: String,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: String,
}

/// Creates a user with a password. A taken id or address is refused.
pub(super) async fn run(app: &App, client: &Client, new: NewUser) -> Result<user::Model> {
    let user_id = arguments::chosen_id(app, &new.user_id)?;
    let email = arguments::email(&new.email)?;
    let password = arguments::new_password(&new.password, client.project.password.dictionary)?;
    let name = if new.name.is_empty() { new.name } else { arguments::name(new.name)? };
    let hash = app.hash_password(&password).await?;

    let now = app.clock.now();
    let user = user::Model {
        name,
        email: Some(email.to_string()),
        password_hash: Some(hash),
        password_updated_at: Some(now),
        ..user::Model::new(client.project.id.clone(), user_id, now)
    };
    app.db
        .write(async |tx| {
            let user = user.into_active_model().reset_all().insert(&**tx).await;
            let user = user.on_unique(Error::UserAlreadyExists)?;
            tx.log("user.create", &user, client, now).await?;
            Ok(user)
        })
        .await
}
