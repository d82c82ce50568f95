//! Sends a code that verifies the phone number.

use entity::security_log::Event;
use entity::token;
use entity::token::Purpose;

use crate::account::auth_methods;
use crate::account::tokens::{NewMessage, NewToken};
use crate::address::Phone;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::error::{Error, Result};
use crate::message::Kind;
use crate::outbox::charge_sms;

/// Sends a code to the caller's number. Fails if it is already verified.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client) -> Result<token::Model> {
    auth_methods::require(client, AuthMethod::Phone)?;
    app.messages.check_sms()?;
    let phone = caller.user.phone.as_deref().ok_or(Error::UserPhoneNotFound)?;
    if caller.user.phone_verified {
        return Err(Error::UserPhoneAlreadyVerified);
    }
    let number = Phone::parse(phone).ok_or(Error::UserPhoneNotFound)?;
    charge_sms(app, client, &number).await?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        // Another request may have changed the number since its limit was charged.
        if user.phone.as_deref() != Some(phone) {
            return Err(Error::UserPhoneNotFound);
        }
        let order = NewToken {
            purpose: Purpose::PhoneVerification,
            user: Some(&user),
            requested_id: &user.id,
            address: phone,
            ttl: client.project.tokens.code_ttl(),
        };
        let sms = NewMessage { kind: Kind::PhoneCode, deliverable: true, phrase: "" };
        let issued = order.by_code(app, client, sms)?;
        issued.store(tx, Event::VerificationCreate).await
    })
    .await
}
