//! Changing the e-mail address or the phone number: what both have in common.

use entity::security_log::Event;
use entity::{UserId, token, user};
use sea_orm::{IntoActiveModel, Set};

use crate::account::arguments;
use crate::account::change::Change;
use crate::account::mfa::freshness;
use crate::account::password::proof::ProvenPassword;
use crate::account::pre_hijacking::alert_of_passkeys;
use crate::account::sessions::open::Opened;
use crate::account::sessions::renew::renew;
use crate::address::{Email, Phone};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::{AsIs, OnUnique};
use crate::error::{Error, Result};
use crate::message::Kind;

/// The user's new address or number; none removes it.
pub(crate) enum NewContact {
    Email(Option<Email>),
    Phone(Option<Phone>),
}

/// Sets the address or number for a server or an operator, who need no password. A taken one is refused, and
/// says so.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    contact: NewContact,
) -> Result<user::Model> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        contact.store(tx, user, None, Error::UserTargetAlreadyExists).await
    })
    .await
}

/// Sets the caller's address or number after checking the password, which becomes that of a user who had none. Of a user who
/// was anonymous, the session in use may get a new secret, which is answered, too. A user whose sign-ins need a second factor
/// must have shown one recently: who proves the new address gets the account.
///
/// A taken one is refused without saying so (N-30, N-34).
pub(super) async fn run_for_user(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    contact: NewContact,
    password: &str,
) -> Result<(user::Model, Option<Opened>)> {
    let first_hash = if caller.user.password_hash.is_none() {
        let first = arguments::new_password(password, &client.project.password)?;
        Some(app.hash_password(&first).await?)
    } else {
        None
    };
    let proven = ProvenPassword::check(app, &caller.user, "password", password).await?;
    app.change(&Actor::User(caller), client, async |tx| {
        let before = tx.confirm(&caller.user.id).await?;
        proven.confirm(&before)?;
        freshness::check_if_on(app, tx, &before, &caller.session).await?;
        let user = contact.store(tx, before.clone(), first_hash, contact.taken(client)).await?;
        if before.email != user.email {
            // The owner of the old address has to know.
            tx.alert(Kind::EmailChanged, &before).await?;
        }
        if before.phone != user.phone {
            tx.alert(Kind::PhoneChanged, &user).await?;
        }
        if before.has_no_address() {
            alert_of_passkeys(tx, &user).await?;
        }
        let renewed = renew(app, tx, caller, &before).await?;
        Ok((user, renewed))
    })
    .await
}

impl NewContact {
    /// Sets it, unverified, with a first password. Secrets that were sent to the old one die.
    async fn store(
        &self,
        tx: &Change<'_>,
        user: user::Model,
        first_hash: Option<String>,
        taken: Error,
    ) -> Result<user::Model> {
        let mut change = user.into_active_model();
        if let Some(hash) = first_hash {
            change.password_hash = Set(Some(hash));
            change.password_updated_at = Set(Some(tx.now));
        }
        change.updated_at = Set(tx.now);
        let event = match self {
            Self::Email(email) => {
                change.email = Set(email.as_ref().map(ToString::to_string));
                change.email_verified = Set(false);
                Event::UserUpdateEmail
            }
            Self::Phone(phone) => {
                change.phone = Set(phone.as_ref().map(ToString::to_string));
                change.phone_verified = Set(false);
                Event::UserUpdatePhone
            }
        };
        let user = change.update_as_is(tx).await.on_unique(taken)?;
        token::Entity::delete_all_of(&user).exec(tx).await?;
        tx.log(event, &user).await?;
        Ok(user)
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
