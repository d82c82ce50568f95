//! Sending a code that signs in, by mail or by text message.

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{UserId, token, user};

use crate::account::sign_up;
use crate::account::tokens::{NewMessage, NewToken};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;
use crate::message::Kind;

/// A code to be sent.
pub(super) struct Code<'a> {
    pub(super) kind: Kind,
    pub(super) purpose: Purpose,
    pub(super) address: &'a str,
    /// The security phrase of its message; may be empty.
    pub(super) phrase: &'a str,
}

/// Stores a code for an address, and puts its message into the outbox.
pub(super) async fn send_code(
    app: &App,
    client: &Client,
    code: Code<'_>,
    requested_id: UserId,
    user: Option<user::Model>,
) -> Result<token::Model> {
    let Code { kind, purpose, address, phrase } = code;
    let deliverable = sign_up::is_invited(client, user.as_ref(), address)?;
    let user = user.filter(|user| user.enabled);
    let ttl = client.project.tokens.code_ttl();
    let order =
        NewToken { purpose, user: user.as_ref(), requested_id: &requested_id, address, ttl };
    let issued = order.by_code(app, client, NewMessage { kind, deliverable, phrase })?;
    app.change(&Actor::Guest, client, async |tx| issued.store(tx, Event::TokenCreate).await).await
}
