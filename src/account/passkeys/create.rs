//! Begins to add a passkey.

use async_graphql::Value;
use entity::{PasskeyId, passkey, passkey_challenge};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter};

use super::{MAX_PASSKEYS, challenge, options, relying_party};
use crate::account::arguments;
use crate::account::change::Change;
use crate::account::mfa::freshness;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::{CredentialKind, SignedIn};
use crate::client::Client;
use crate::crypto::webauthn::encode;
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};

/// Stores a challenge for a new passkey of the caller, and returns it with the options for the browser. An earlier one for
/// the same id is void.
///
/// A JWT can't be used to add a passkey: a leaked one would sign in for ever (SJ-6).
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &str,
    name: Option<String>,
) -> Result<(passkey_challenge::Model, Value)> {
    refuse_jwt(caller)?;
    let rp_id = relying_party::require(client)?;
    let id = match id {
        "unique()" => PasskeyId::new(app.random.id(app.clock.now())),
        id => PasskeyId::new(arguments::id("passkeyId", id)?.as_str()),
    };
    let name = name.map(arguments::name).transpose()?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        freshness::check_if_on(app, tx, &user, &caller.session).await?;
        let key = (user.project_id.clone(), id.clone());
        if passkey::Entity::find_by_id(key).find_unique(tx).await?.is_some() {
            return Err(Error::UserPasskeyAlreadyExists);
        }
        let own = passkey::Entity::find_by_user(&user.key()).all(tx).await?;
        drop_void(tx, &user.key(), &id).await?;
        let pending = passkey_challenge::Entity::find_by_user(&user.key()).all(tx).await?;
        if own.len().saturating_add(pending.len()) >= MAX_PASSKEYS {
            return Err(Error::UserPasskeyLimitExceeded);
        }
        let handle = own.first().map(|passkey| passkey.user_handle.clone());
        // Not random: of first ones that are added at once, each would have its own, and devices keep one passkey for each.
        let handle = handle
            .unwrap_or_else(|| encode(app.codes.passkey_handle(&user.key(), user.created_at)));
        let challenge = passkey_challenge::Model {
            user_id: Some(user.id.clone()),
            session_id: Some(caller.session.id.clone()),
            passkey_id: Some(id),
            user_handle: Some(handle),
            name: name.unwrap_or_default(),
            ..challenge::new(app, client)
        };
        let options = options::creation(client, rp_id, &user, &challenge, &own);
        let challenge = challenge.into_active_model().insert_as_is(tx).await?;
        Ok((challenge, options))
    })
    .await
}

/// Fails if the caller has only a JWT.
pub(super) fn refuse_jwt(caller: &SignedIn) -> Result<()> {
    match caller.by {
        CredentialKind::Jwt => {
            Err(Error::GeneralUnauthorizedScope("a passkey can't be added with a JWT"))
        }
        CredentialKind::Secret | CredentialKind::Cookie => Ok(()),
    }
}

/// Deletes the user's challenges that have expired, and those for the passkey `id`.
async fn drop_void(tx: &Change<'_>, user: &entity::UserKey, id: &PasskeyId) -> Result<()> {
    let expired = passkey_challenge::Column::ExpiresAt.lte(tx.now);
    passkey_challenge::Entity::delete_all_of(user)
        .filter(expired.or(passkey_challenge::Column::PasskeyId.eq(id.clone())))
        .exec(tx)
        .await?;
    Ok(())
}
