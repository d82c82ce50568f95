//! Sends a verification mail, with a link or a code.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{token, user};

use crate::account::tokens::{NewMessage, NewToken};
use crate::account::{arguments, phrase};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Mails a link to the caller's address. Fails if it is already verified.
pub(super) async fn by_link(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    url: &str,
) -> Result<token::Model> {
    app.messages.check_mail()?;
    let redirect = arguments::redirect(client, "url", url)?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let order = NewToken {
            purpose: Purpose::EmailVerification,
            user: Some(&user),
            requested_id: &user.id,
            address: unverified(&user)?,
            ttl: client.project.tokens.verification_ttl(),
        };
        let mail = NewMessage { kind: Kind::Verification, deliverable: true, phrase: "" };
        let issued = order.by_link(app, client, mail, &redirect)?;
        issued.store(tx, Event::VerificationCreate).await
    })
    .await
}

/// Mails a code to the caller's address. Returns the token, and the phrase that the mail shows. Fails if the
/// address is already verified.
pub(super) async fn by_code(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    wants_phrase: bool,
) -> Result<(token::Model, String)> {
    app.messages.check_mail()?;
    let phrase = phrase::draw(&app.random, wants_phrase);
    let token = app
        .change(&Actor::User(caller), client, async |tx| {
            let user = tx.confirm(&caller.user.id).await?;
            let order = NewToken {
                purpose: Purpose::EmailVerificationOtp,
                user: Some(&user),
                requested_id: &user.id,
                address: unverified(&user)?,
                ttl: client.project.tokens.code_ttl(),
            };
            let mail =
                NewMessage { kind: Kind::VerificationOtp, deliverable: true, phrase: &phrase };
            let issued = order.by_code(app, client, mail)?;
            issued.store(tx, Event::VerificationCreate).await
        })
        .await?;
    Ok((token, phrase))
}

/// The user's address, if there is one to verify.
fn unverified(user: &user::Model) -> Result<&str> {
    let email = user.email.as_deref().ok_or(Error::UserEmailNotFound)?;
    if user.email_verified {
        return Err(Error::UserEmailAlreadyVerified);
    }
    Ok(email)
}
