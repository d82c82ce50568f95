//! Challenges: each can be answered once, within five minutes, where it was created for.

use std::time::Duration;

use entity::{PasskeyChallengeId, passkey_challenge};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use super::relying_party::fingerprint;
use crate::account::arguments;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::crypto::webauthn::encode;
use crate::db::FindUnique;
use crate::error::{Error, Result};

/// How long the user may take.
pub(super) const TTL: Duration = Duration::from_mins(5);

/// Creates the challenge of a sign-in, without storing it.
pub(super) fn new(app: &App, client: &Client) -> passkey_challenge::Model {
    let now = app.clock.now();
    passkey_challenge::Model {
        id: PasskeyChallengeId::new(app.random.id(now)),
        project_id: client.project.id.clone(),
        created_at: now,
        expires_at: now + TTL,
        challenge: encode(app.random.bytes::<32>()),
        relying_party: fingerprint(&client.project),
        user_id: None,
        session_id: None,
        passkey_id: None,
        user_handle: None,
        name: String::new(),
    }
}

/// Deletes and returns the challenge of a sign-in.
pub(super) async fn consume_of_sign_in(
    app: &App,
    client: &Client,
    id: &str,
) -> Result<passkey_challenge::Model> {
    let wanted = find(client, Some(id))?.filter(passkey_challenge::Column::UserId.is_null());
    consume(app, client, wanted).await
}

/// Deletes and returns the challenge with which the caller adds the passkey `passkey_id` in this session. `id` may be left
/// out: there is only one.
pub(super) async fn consume_of_registration(
    app: &App,
    client: &Client,
    caller: &SignedIn,
    passkey_id: &str,
    id: Option<&str>,
) -> Result<passkey_challenge::Model> {
    arguments::id("passkeyId", passkey_id).map_err(|_| Error::UserInvalidToken)?;
    let wanted = find(client, id)?
        .filter(passkey_challenge::Column::UserId.eq(caller.user.id.clone()))
        .filter(passkey_challenge::Column::SessionId.eq(caller.session.id.clone()))
        .filter(passkey_challenge::Column::PasskeyId.eq(passkey_id));
    consume(app, client, wanted).await
}

fn find(client: &Client, id: Option<&str>) -> Result<Select<passkey_challenge::Entity>> {
    let of_project = passkey_challenge::Column::ProjectId.eq(client.project.id.clone());
    let found = passkey_challenge::Entity::find().filter(of_project);
    let Some(id) = id else { return Ok(found) };
    arguments::id("challengeId", id).map_err(|_| Error::UserInvalidToken)?;
    Ok(found.filter(passkey_challenge::Column::Id.eq(id)))
}

/// Deletes a challenge, in a transaction of its own: it is used up even if the response turns out to be wrong. Of several
/// calls, only the one whose delete affects a row goes on.
async fn consume(
    app: &App,
    client: &Client,
    wanted: Select<passkey_challenge::Entity>,
) -> Result<passkey_challenge::Model> {
    let found = wanted.find_unique(app.db.read()).await?.ok_or(Error::UserInvalidToken)?;
    let id = found.id.clone();
    let delete = passkey_challenge::Entity::delete_by_id(id);
    let deleted = app.db.write(async |tx| Ok(delete.exec(tx).await?)).await?;
    let is_live = deleted.rows_affected == 1
        && found.expires_at > app.clock.now()
        && found.relying_party == fingerprint(&client.project);
    if is_live { Ok(found) } else { Err(Error::UserInvalidToken) }
}
