//! Creates a secret with which a client signs in as a user.

use std::time::Duration;

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{UserId, token};

use crate::account::tokens;
use crate::account::tokens::NewToken;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::{Error, Result};

/// How many characters a secret has by default.
const DEFAULT_LENGTH: usize = 6;
/// How long a secret is valid by default.
const DEFAULT_TTL: Duration = Duration::from_mins(15);

/// The form of a secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    length: usize,
    ttl: Duration,
}

impl Form {
    /// Checks the arguments: the number of characters, and of seconds.
    pub(super) fn read(length: Option<i32>, expire: Option<i32>) -> Result<Self> {
        let length = match length.map(usize::try_from) {
            None => DEFAULT_LENGTH,
            Some(Ok(length @ 4..=128)) => length,
            Some(_) => return Err(Error::argument("length", "must be 4 to 128 characters.")),
        };
        let ttl = match expire.map(u64::try_from) {
            None => DEFAULT_TTL,
            Some(Ok(seconds @ 60..=31_536_000)) => Duration::from_secs(seconds),
            Some(_) => return Err(Error::argument("expire", "must be 60 to 31536000 seconds.")),
        };
        Ok(Self { length, ttl })
    }
}

/// Stores the secret's hash, and returns the secret.
pub(super) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    Form { length, ttl }: Form,
) -> Result<(token::Model, String)> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        let order = NewToken {
            purpose: Purpose::ServerToken,
            user: Some(&user),
            requested_id: &user.id,
            address: user.id.as_str(),
            ttl,
        };
        let (token, secret) = order.of_length(app, client, length);
        tokens::store(tx, token.clone()).await?;
        tx.log(Event::TokenCreate, &user).await?;
        Ok((token, secret))
    })
    .await
}
