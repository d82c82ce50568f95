//! Signing up with an e-mail address and a password.

use entity::Timestamp;
use entity::UserId;
use entity::user;
use sea_orm::ActiveModelTrait;
use sea_orm::IntoActiveModel;

use crate::account::arguments;
use crate::address::Email;
use crate::app::App;
use crate::client::Client;
use crate::db::Only;
use crate::error::Error;
use crate::error::OnUnique;
use crate::error::Result;
use crate::message::Kind;
use crate::message::alert;

/// What a client sends to sign up.
pub(super) struct NewUser {
    pub(super) user_id: String,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: String,
}

/// Creates a user with a password. A taken id or address is refused.
///
/// Where the project hides them, a taken address answers as a free one does, and its owner gets a mail (security.md EN-5).
/// Ids are not chosen there: whether one is taken afterwards would tell what became of the first call.
pub(super) async fn run(app: &App, client: &Client, new: NewUser) -> Result<user::Model> {
    let hides_taken = client.project.security.hide_taken_addresses;
    let mut user_id = arguments::chosen_id(app, &new.user_id)?;
    if hides_taken {
        user_id = UserId::new(app.random.id(app.clock.now()));
    }
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
    let created = app
        .db
        .write(async |tx| {
            let user = user.clone().into_active_model().reset_all().insert(&**tx).await;
            let user = user.on_unique(Error::UserAlreadyExists)?;
            tx.disown_log(&user).await?;
            tx.log("user.create", &user, client, now).await?;
            Ok(user)
        })
        .await;
    match created {
        Err(Error::UserAlreadyExists) if hides_taken => {
            tell_owner(app, client, &email, now).await?;
            Ok(user)
        }
        created => created,
    }
}

/// Mails the owner of an address that somebody tried to sign up with it.
async fn tell_owner(app: &App, client: &Client, email: &Email, now: Timestamp) -> Result<()> {
    let owner = user::Entity::find_by_email(&client.project.id, email.as_str());
    let owner = owner.only(app.db.read()).await?.ok_or(Error::UserAlreadyExists)?;
    app.db
        .write(async |tx| {
            tx.log("user.create.failure", &owner, client, now).await?;
            alert(app, tx, Kind::AddressTaken, &owner, client).await
        })
        .await
}
