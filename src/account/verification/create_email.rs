//! Sends a verification mail.

use entity::security_log::Event;
use entity::token;
use entity::token::Purpose;

use crate::account::arguments;
use crate::account::tokens::{NewMessage, NewToken};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Mails a link to the caller's address. Fails if it is already verified.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    url: &str,
) -> Result<token::Model> {
    app.messages.check_mail()?;
    let redirect = arguments::redirect(client, "url", url)?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let email = user.email.as_deref().ok_or(Error::UserEmailNotFound)?;
        if user.email_verified {
            return Err(Error::UserEmailAlreadyVerified);
        }
        let order = NewToken {
            purpose: Purpose::EmailVerification,
            user: Some(&user),
            asked_id: &user.id,
            address: email,
            ttl: client.project.tokens.verification_ttl(),
        };
        let mail = NewMessage { kind: Kind::Verification, deliverable: true, phrase: "" };
        let issued = order.by_link(app, client, mail, &redirect)?;
        issued.store(tx, Event::VerificationCreate).await
    })
    .await
}
