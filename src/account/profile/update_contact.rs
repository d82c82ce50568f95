//! Changing the e-mail address or the phone number: what both have in common.

use entity::security_log::Event;
use entity::{token, user};
use sea_orm::{IntoActiveModel, Set};

use crate::account::arguments;
use crate::account::password::proof::ProvenPassword;
use crate::account::sessions::open::Opened;
use crate::account::sessions::renew::renew;
use crate::address::{Email, Phone};
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::{AsIs, OnUnique};
use crate::error::{Error, Result};
use crate::message::Kind;

/// What a user shall be reached by from now on.
pub(super) enum NewContact {
    Email(Email),
    Phone(Phone),
}

/// Sets the address or number, unverified, after checking the password, which becomes that of a user who had none. Secrets that
/// were sent to the old one die. Of a user who was anonymous, the session in use may get a new secret, which is answered, too.
///
/// A taken one is refused without saying so (N-30, N-34).
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    contact: NewContact,
    password: &str,
) -> Result<(user::Model, Option<Opened>)> {
    let first_hash = if caller.user.password_hash.is_none() {
        let first = arguments::new_password(password, client.project.password.dictionary)?;
        Some(app.hash_password(&first).await?)
    } else {
        None
    };
    let proven = ProvenPassword::check(app, &caller.user, "password", password).await?;
    app.change(client, async |tx| {
        let before = tx.confirm(caller).await?;
        proven.confirm(&before)?;
        let mut change = before.clone().into_active_model();
        if let Some(hash) = first_hash {
            change.password_hash = Set(Some(hash));
            change.password_updated_at = Set(Some(tx.now));
        }
        change.updated_at = Set(tx.now);
        contact.set(&mut change);
        let user = change.update_as_is(tx).await.on_unique(contact.taken(client))?;
        token::Entity::delete_all_of(&user).exec(tx).await?;
        match contact {
            NewContact::Email(_) => {
                tx.log(Event::UserUpdateEmail, &user).await?;
                if before.email != user.email {
                    // The owner of the old address has to know.
                    tx.alert(Kind::EmailChanged, &before).await?;
                }
            }
            NewContact::Phone(_) => {
                tx.log(Event::UserUpdatePhone, &user).await?;
                if before.phone != user.phone {
                    tx.alert(Kind::PhoneChanged, &user).await?;
                }
            }
        }
        let renewed = renew(app, tx, caller, &before).await?;
        Ok((user, renewed))
    })
    .await
}

impl NewContact {
    fn set(&self, user: &mut user::ActiveModel) {
        match self {
            Self::Email(email) => {
                user.email = Set(Some(email.to_string()));
                user.email_verified = Set(false);
            }
            Self::Phone(phone) => {
                user.phone = Set(Some(phone.to_string()));
                user.phone_verified = Set(false);
            }
        }
    }

    /// How a taken one is refused.
    fn taken(&self, client: &Client) -> Error {
        if !client.project.security.reveal_accounts {
            return Error::GeneralBadRequest;
        }
        match self {
            Self::Email(_) => Error::UserEmailAlreadyExists,
            Self::Phone(_) => Error::UserPhoneAlreadyExists,
        }
    }
}
