//! Asking for a verification mail.

use entity::security_log::Event;
use entity::token;
use entity::token::Purpose;

use crate::account::tokens::NewToken;
use crate::account::{arguments, tokens};
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::message::{Draft, Kind, Values};

/// Mails a link to the caller's address, unless it is verified already.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    url: &str,
) -> Result<token::Model> {
    app.messages.check_mail()?;
    let redirect = arguments::redirect(client, "url", url)?;
    let ttl = client.project.tokens.verification_ttl();
    app.change(client, async |tx| {
        let user = tx.confirm(caller).await?;
        let email = user.email.as_deref().ok_or(Error::UserEmailNotFound)?;
        if user.email_verified {
            return Err(Error::UserEmailAlreadyVerified);
        }
        let order = NewToken {
            purpose: Purpose::EmailVerification,
            user: Some(&user),
            asked_id: &user.id,
            address: email,
            ttl,
        };
        let (token, secret) = order.link(app, client);
        let values = Values {
            name: &user.name,
            link: &redirect.redeeming(user.id.as_str(), &secret, token.expires_at),
            user_id: user.id.as_str(),
            secret: &secret,
            lifetime: ttl,
            ..Values::default()
        };
        let kind = Kind::Verification;
        let draft = Draft { kind, to: email, deliverable: true, values, ttl };
        tx.send(app.messages.compose(client, &draft, app.clock.now(), &app.random)?).await?;
        tokens::store(tx, token.clone()).await?;
        tx.log(Event::VerificationCreate, &user).await?;
        Ok(token)
    })
    .await
}
