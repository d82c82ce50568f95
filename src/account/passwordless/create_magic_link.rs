//! Asking for a link that signs in.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{token, user};

use super::phrase;
use crate::account::tokens::NewToken;
use crate::account::{arguments, auth_methods, sign_up, tokens};
use crate::app::App;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::db::FindUnique;
use crate::error::Result;
use crate::message::{Draft, Kind, Values};

/// What a client sends to have a link mailed.
pub(super) struct NewMagicLink {
    pub(super) user_id: String,
    pub(super) email: String,
    pub(super) url: String,
    /// Whether a security phrase is wanted.
    pub(super) phrase: bool,
}

/// Mails a link and a code. To the user of a blocked account, and to a new address that the project doesn't admit, nothing is
/// sent, and all else is done alike. Answers the token, and the phrase that the mail shows.
pub(super) async fn run(
    app: &App,
    client: &Client,
    purpose: Purpose,
    asked: NewMagicLink,
) -> Result<(token::Model, String)> {
    auth_methods::require(client, AuthMethod::MagicLink)?;
    app.messages.check_mail()?;
    let asked_id = arguments::chosen_id(app, &asked.user_id)?;
    let email = arguments::email(&asked.email)?;
    let redirect = match asked.url.as_str() {
        "" => None,
        url => Some(arguments::redirect(client, "url", url)?),
    };
    let user = user::Entity::find_by_email(&client.project.id, email.as_str());
    let user = user.find_unique(app.db.read()).await?;
    let deliverable = sign_up::is_invited(client, user.as_ref(), email.as_str())?;
    let user = user.filter(|user| user.enabled);

    let ttl = client.project.tokens.magic_link_ttl();
    let order = NewToken {
        purpose,
        user: user.as_ref(),
        asked_id: &asked_id,
        address: email.as_str(),
        ttl,
    };
    let (token, secret) = order.link(app, client);
    let (code_token, code) = order.code(app, client);
    let user_id = order.user_id().as_str();
    let link = redirect.map(|redirect| {
        let expire = token.expires_at.to_string();
        let project = client.project.id.as_str();
        redirect.with(&[
            ("userId", user_id),
            ("secret", &secret),
            ("expire", &expire),
            ("project", project),
        ])
    });
    let link = link.unwrap_or_default();
    let phrase = phrase::draw(&app.random, asked.phrase);
    let values = Values {
        name: user.as_ref().map_or("", |user| &user.name),
        secret: if link.is_empty() { &code } else { &secret },
        link: &link,
        code: &code,
        user_id,
        lifetime: ttl,
        phrase: &phrase,
        ..Values::default()
    };
    let draft = Draft { kind: Kind::MagicLink, to: email.as_str(), deliverable, values, ttl };
    let message = app.messages.compose(client, &draft, app.clock.now(), &app.random)?;
    let token = app
        .change(client, async |tx| {
            tx.log_about(Event::TokenCreate, user.as_ref()).await?;
            tokens::store(tx, token.clone()).await?;
            tokens::store(tx, code_token).await?;
            tx.send(message).await?;
            Ok(token)
        })
        .await?;
    Ok((token, phrase))
}
