//! Sends a recovery mail, with a link or a code.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{UserId, token, user};

use crate::account::tokens::{NewMessage, NewToken};
use crate::account::{arguments, auth_methods, phrase};
use crate::address::Email;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::message::Kind;

/// Mails a link to the user of an address.
///
/// For an address without a user, of a blocked user, or of a user who only claims it
/// ([`entity::user::Model::only_claims`]), everything is the same except that nothing is sent (EN-1).
pub(super) async fn by_link(
    app: &App,
    client: &Client,
    email: &str,
    url: &str,
) -> Result<token::Model> {
    auth_methods::require(client, AuthMethod::Password)?;
    app.messages.check_mail()?;
    let email = arguments::email(email)?;
    let redirect = arguments::redirect(client, "url", url)?;
    let user = find_recipient(app, client, &email).await?;

    let order = NewToken {
        purpose: Purpose::Recovery,
        user: user.as_ref(),
        requested_id: &UserId::new(app.random.id(app.clock.now())),
        address: email.as_str(),
        ttl: client.project.tokens.recovery_ttl(),
    };
    let mail = NewMessage { kind: Kind::Recovery, deliverable: user.is_some(), phrase: "" };
    let issued = order.by_link(app, client, mail, &redirect)?;
    app.change(&Actor::Guest, client, async |tx| issued.store(tx, Event::RecoveryCreate).await)
        .await
}

/// Mails a code to the user of an address. Returns the token, and the phrase that the mail shows.
///
/// For an address without a user, it behaves as for links.
pub(super) async fn by_code(
    app: &App,
    client: &Client,
    email: &str,
    wants_phrase: bool,
) -> Result<(token::Model, String)> {
    auth_methods::require(client, AuthMethod::Password)?;
    app.messages.check_mail()?;
    let email = arguments::email(email)?;
    let user = find_recipient(app, client, &email).await?;
    let phrase = phrase::draw(&app.random, wants_phrase);

    let order = NewToken {
        purpose: Purpose::RecoveryOtp,
        user: user.as_ref(),
        requested_id: &UserId::new(app.random.id(app.clock.now())),
        address: email.as_str(),
        ttl: client.project.tokens.code_ttl(),
    };
    let (kind, deliverable) = (Kind::RecoveryOtp, user.is_some());
    let issued = order.by_code(app, client, NewMessage { kind, deliverable, phrase: &phrase })?;
    let token = app
        .change(&Actor::Guest, client, async |tx| issued.store(tx, Event::RecoveryCreate).await)
        .await?;
    Ok((token, phrase))
}

/// The user who gets the mail, if anyone does.
async fn find_recipient(app: &App, client: &Client, email: &Email) -> Result<Option<user::Model>> {
    let user = user::Entity::find_by_email(&client.project.id, email.as_str());
    let user =
        user.find_unique(app.db.read()).await?.filter(|user| !user.only_claims(email.as_str()));
    if client.project.security.reveal_accounts {
        let user = user.as_ref().ok_or(Error::UserNotFound)?;
        if !user.enabled {
            return Err(Error::UserBlocked);
        }
    }
    Ok(user.filter(|user| user.enabled))
}
