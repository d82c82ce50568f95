//! Sends a sign-in link by e-mail.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{token, user};

use crate::account::tokens::{NewMessage, NewToken};
use crate::account::{arguments, auth_methods, phrase, sign_up};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::db::FindUnique;
use crate::error::Result;
use crate::message::Kind;

/// The arguments of a request for a link.
pub(super) struct NewMagicLink {
    pub(super) user_id: String,
    pub(super) email: String,
    pub(super) url: String,
    /// Whether to show a security phrase.
    pub(super) phrase: bool,
}

/// Mails a link and a code. Returns the token, and the phrase that the mail shows.
///
/// To a blocked user, or a new address that the project doesn't admit, nothing is sent; all else is the
/// same.
pub(super) async fn run(
    app: &App,
    client: &Client,
    purpose: Purpose,
    new_link: NewMagicLink,
) -> Result<(token::Model, String)> {
    auth_methods::require(client, AuthMethod::MagicLink)?;
    app.messages.check_mail()?;
    let requested_id = arguments::chosen_id(app, &new_link.user_id)?;
    let email = arguments::email(&new_link.email)?;
    let redirect = match new_link.url.as_str() {
        "" => None,
        url => Some(arguments::redirect(client, "url", url)?),
    };
    let user = user::Entity::find_by_email(&client.project.id, email.as_str());
    let user = user.find_unique(app.db.read()).await?;
    let deliverable = sign_up::is_invited(client, user.as_ref(), email.as_str())?;
    let user = user.filter(|user| user.enabled);

    let order = NewToken {
        purpose,
        user: user.as_ref(),
        requested_id: &requested_id,
        address: email.as_str(),
        ttl: client.project.tokens.magic_link_ttl(),
    };
    let phrase = phrase::draw(&app.random, new_link.phrase);
    let mail = NewMessage { kind: Kind::MagicLink, deliverable, phrase: &phrase };
    let issued = order.by_link_and_code(app, client, mail, redirect.as_ref())?;
    let token = app
        .change(&Actor::Guest, client, async |tx| issued.store(tx, Event::TokenCreate).await)
        .await?;
    Ok((token, phrase))
}
