//! Asking for a code by text message that signs in.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{UserId, token, user};

use crate::account::tokens::NewToken;
use crate::account::{arguments, auth_methods, sign_up, tokens};
use crate::app::App;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::db::FindUnique;
use crate::error::Result;
use crate::message::{Draft, Kind, Values};
use crate::outbox::charge_sms;

/// Sends a code to a phone. To the user of a blocked account, and to a new number where the project doesn't admit it, nothing
/// is sent, and all else is done alike.
pub(super) async fn run(
    app: &App,
    client: &Client,
    purpose: Purpose,
    user_id: &str,
    phone: &str,
) -> Result<token::Model> {
    auth_methods::require(client, AuthMethod::Phone)?;
    app.messages.check_sms()?;
    let asked_id = arguments::chosen_id(app, user_id)?;
    let phone = arguments::phone(phone)?;
    charge_sms(app, client, &phone).await?;
    let user = user::Entity::find_by_phone(&client.project.id, phone.as_str());
    let user = user.find_unique(app.db.read()).await?;
    let code = Code { kind: Kind::PhoneCode, purpose, address: phone.as_str(), phrase: "" };
    send_code(app, client, code, asked_id, user).await
}

/// A code to be sent.
pub(super) struct Code<'a> {
    pub(super) kind: Kind,
    pub(super) purpose: Purpose,
    pub(super) address: &'a str,
    /// The security phrase of its message; may be empty.
    pub(super) phrase: &'a str,
}

/// Puts a code for an address into the outbox.
pub(super) async fn send_code(
    app: &App,
    client: &Client,
    code: Code<'_>,
    asked_id: UserId,
    user: Option<user::Model>,
) -> Result<token::Model> {
    let Code { kind, purpose, address, phrase } = code;
    let deliverable = sign_up::is_invited(client, user.as_ref(), address)?;
    let user = user.filter(|user| user.enabled);
    let ttl = client.project.tokens.code_ttl();
    let order = NewToken { purpose, user: user.as_ref(), asked_id: &asked_id, address, ttl };
    let (token, code) = order.code(app, client);
    let values = Values {
        name: user.as_ref().map_or("", |user| &user.name),
        code: &code,
        user_id: asked_id.as_str(),
        secret: &code,
        lifetime: ttl,
        phrase,
        ..Values::default()
    };
    let draft = Draft { kind, to: address, deliverable, values, ttl };
    let message = app.messages.compose(client, &draft, app.clock.now(), &app.random)?;
    app.change(client, async |tx| {
        tx.log_about(Event::TokenCreate, user.as_ref()).await?;
        tokens::store(tx, token.clone()).await?;
        tx.send(message).await?;
        Ok(token)
    })
    .await
}
