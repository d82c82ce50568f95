//! Marks an address or a number as verified, or as not verified.

use entity::security_log::Event;
use entity::{UserId, user};
use sea_orm::{IntoActiveModel, Set};

use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::WebhookEvent;
use crate::error::{Error, Result};

/// The address or the number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Contact {
    Email,
    Phone,
}

/// Sets whether the contact is verified. Nothing can't be: one that is set later would count as proven.
pub(super) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    (contact, verified): (Contact, bool),
) -> Result<user::Model> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        let (address, missing, before) = match contact {
            Contact::Email => (&user.email, Error::UserEmailNotFound, user.email_verified),
            Contact::Phone => (&user.phone, Error::UserPhoneNotFound, user.phone_verified),
        };
        if verified && address.is_none() {
            return Err(missing);
        }
        let mut user = user.into_active_model();
        match contact {
            Contact::Email => user.email_verified = Set(verified),
            Contact::Phone => user.phone_verified = Set(verified),
        }
        user.updated_at = Set(tx.now);
        let published = match (verified, contact) {
            (true, _) => WebhookEvent::UserVerify,
            (false, Contact::Email) => WebhookEvent::UserUpdateEmail,
            (false, Contact::Phone) => WebhookEvent::UserUpdatePhone,
        };
        let published = Some(published).filter(|_| verified != before);
        tx.update_user_and_publish(user, Event::VerificationUpdate, published).await
    })
    .await
}
