//! Signs in with a passkey: at once, or by a token.

use std::time::Duration;

use async_graphql::Value;
use entity::security_log::Event;
use entity::session::Method;
use entity::token::Purpose;
use entity::{passkey_challenge, token};
use sea_orm::IntoActiveModel;

use super::{authenticate, challenge, options, relying_party};
use crate::account::sessions::open::{Opened, open};
use crate::account::tokens::{NewToken, store};
use crate::app::App;
use crate::client::Client;
use crate::db::AsIs;
use crate::error::Result;

/// How long the token is valid.
const TOKEN_TTL: Duration = Duration::from_mins(1);

/// Stores a challenge, and returns it with the options for the browser.
pub(super) async fn begin(app: &App, client: &Client) -> Result<(passkey_challenge::Model, Value)> {
    let rp_id = relying_party::require(client)?;
    let challenge = challenge::new(app, client);
    let options = options::request(rp_id, &challenge);
    let row = challenge.into_active_model();
    let challenge = app.db.write(async |tx| Ok(row.insert_as_is(tx).await?)).await?;
    Ok((challenge, options))
}

/// Opens a session for the user of the passkey.
pub(super) async fn open_session(
    app: &App,
    client: &Client,
    challenge_id: &str,
    credential: Value,
) -> Result<Opened> {
    client.check_gets_secrets()?;
    authenticate::run(app, client, challenge_id, credential, async |tx, user, _| {
        open(app, tx, user, client, Method::Passkey).await
    })
    .await
}

/// Creates a token that opens a session for the user of the passkey.
pub(super) async fn create_token(
    app: &App,
    client: &Client,
    challenge_id: &str,
    credential: Value,
) -> Result<(token::Model, String)> {
    authenticate::run(app, client, challenge_id, credential, async |tx, user, passkey| {
        let new = NewToken {
            purpose: Purpose::PasskeyToken,
            user: Some(user),
            requested_id: &user.id,
            address: passkey.id.as_str(),
            ttl: TOKEN_TTL,
        };
        let (token, secret) = new.link(app, client);
        store(tx, token.clone()).await?;
        tx.log(Event::TokenCreate, user).await?;
        Ok((token, secret))
    })
    .await
}
