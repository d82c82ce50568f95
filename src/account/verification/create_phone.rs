//! Asking for a code that verifies the phone number.

use entity::security_log::Event;
use entity::token;
use entity::token::Purpose;

use crate::account::tokens::NewToken;
use crate::account::{auth_methods, tokens};
use crate::address::Phone;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::error::{Error, Result};
use crate::message::{Draft, Kind, Values};
use crate::outbox::charge_sms;

/// Sends a code to the caller's number, unless it is verified already.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client) -> Result<token::Model> {
    auth_methods::require(client, AuthMethod::Phone)?;
    app.messages.check_sms()?;
    let phone = caller.user.phone.as_deref().ok_or(Error::UserPhoneNotFound)?;
    if caller.user.phone_verified {
        return Err(Error::UserPhoneAlreadyVerified);
    }
    let number = Phone::parse(phone).ok_or(Error::UserPhoneNotFound)?;
    charge_sms(app, client, &number).await?;
    let ttl = client.project.tokens.code_ttl();
    app.change(client, async |tx| {
        let user = tx.confirm(caller).await?;
        // The number that was charged may have been replaced since.
        if user.phone.as_deref() != Some(phone) {
            return Err(Error::UserPhoneNotFound);
        }
        let order = NewToken {
            purpose: Purpose::PhoneVerification,
            user: Some(&user),
            asked_id: &user.id,
            address: phone,
            ttl,
        };
        let (token, code) = order.code(app, client);
        let values = Values {
            name: &user.name,
            code: &code,
            user_id: user.id.as_str(),
            secret: &code,
            lifetime: ttl,
            ..Values::default()
        };
        let kind = Kind::PhoneCode;
        let draft = Draft { kind, to: phone, deliverable: true, values, ttl };
        tx.send(app.messages.compose(client, &draft, app.clock.now(), &app.random)?).await?;
        tokens::store(tx, token.clone()).await?;
        tx.log(Event::VerificationCreate, &user).await?;
        Ok(token)
    })
    .await
}
