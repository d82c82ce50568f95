//! Verifies a sign-in with a passkey.

use async_graphql::Value;
use entity::session::Method;
use entity::{passkey, user};
use sea_orm::{EntityTrait, IntoActiveModel, Set};

use super::{challenge, credential, relying_party};
use crate::account::change::Change;
use crate::account::sessions::open::log_failure;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::crypto::webauthn::{
    AssertionResponse, Credential, Expected, Rejection, State, decode, encode, verify_assertion,
};
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};

/// Verifies the response to a challenge, which is used up either way, and runs `then` for the passkey's user, locked.
///
/// The error is the same for an unknown passkey and a wrong signature. Only the holder of the key learns that the account is
/// blocked.
pub(super) async fn run<T>(
    app: &App,
    client: &Client,
    challenge_id: &str,
    credential: Value,
    then: impl AsyncFnOnce(&Change<'_>, &user::Model, &passkey::Model) -> Result<T>,
) -> Result<T> {
    relying_party::require(client)?;
    let json = credential::read(credential)?;
    let challenge = challenge::consume_of_sign_in(app, client, challenge_id).await?;
    let credential = Credential::<AssertionResponse>::parse(&json)?;
    let expected = relying_party::expected(client, &challenge)?;
    let found = find(app, client, &credential).await?;
    let signed = match &found {
        Some((passkey, _)) => verify(&credential, expected, passkey).map_err(Error::from),
        None => Err(Error::UserPasskeyInvalid("no account has this passkey")),
    };
    let signed_in = match (signed, &found) {
        (Ok(state), Some((passkey, user))) => {
            app.change(&Actor::Guest, client, async |tx| {
                let (user, passkey) = use_passkey(tx, user, passkey, state).await?;
                then(tx, &user, &passkey).await
            })
            .await
        }
        (Ok(_), None) => Err(Error::UserPasskeyInvalid("no account has this passkey")),
        (Err(error), _) => Err(error),
    };
    if let Err(Error::UserPasskeyInvalid(_) | Error::UserBlocked) = signed_in {
        log_failure(app, client, found.as_ref().map(|(_, user)| user), Some(Method::Passkey))
            .await?;
    }
    signed_in
}

/// Finds the passkey of a credential, and its user.
async fn find(
    app: &App,
    client: &Client,
    credential: &Credential<AssertionResponse>,
) -> Result<Option<(passkey::Model, user::Model)>> {
    let id = encode(credential.id()?);
    let found = passkey::Entity::find_by_credential(&client.project.id, &id)
        .find_unique(app.db.read())
        .await?;
    let Some(passkey) = found else { return Ok(None) };
    let key = (passkey.project_id.clone(), passkey.user_id.clone());
    let user = user::Entity::find_by_id(key).find_unique(app.db.read()).await?;
    Ok(user.map(|user| (passkey, user)))
}

/// Verifies the signature, and that the device knows the user by the right handle.
fn verify(
    credential: &Credential<AssertionResponse>,
    expected: Expected<'_>,
    passkey: &passkey::Model,
) -> Result<State, Rejection> {
    let public_key = decode(&passkey.public_key)?;
    let state = verify_assertion(credential, expected, &public_key)?;
    let is_owner = encode(&credential.response.user_handle) == passkey.user_handle;
    if is_owner { Ok(state) } else { Err(Rejection::UserHandle) }
}

/// Locks the user, checks the passkey's new state against the stored one, and stores it.
async fn use_passkey(
    tx: &Change<'_>,
    user: &user::Model,
    passkey: &passkey::Model,
    state: State,
) -> Result<(user::Model, passkey::Model)> {
    let user = tx.lock_user(user.key()).await?;
    // Read again: of sign-ins at once, each sees the counter of the one before.
    let stored = passkey::Entity::find_by_id((passkey.project_id.clone(), passkey.id.clone()));
    let stored = stored.find_unique(tx).await?.filter(|it| it.public_key == passkey.public_key);
    let Some((user, stored)) = user.zip(stored) else {
        return Err(Error::UserPasskeyInvalid("the passkey was deleted meanwhile"));
    };
    check(&stored, state).map_err(Error::UserPasskeyInvalid)?;
    if !user.enabled {
        return Err(Error::UserBlocked);
    }
    let mut change = stored.into_active_model();
    change.sign_count = Set(state.sign_count.into());
    change.backed_up = Set(state.backed_up);
    change.accessed_at = Set(Some(tx.now));
    let passkey = change.update_as_is(tx).await?;
    let mut change = user.into_active_model();
    change.accessed_at = Set(tx.now);
    Ok((change.update_as_is(tx).await?, passkey))
}

/// Checks what a device says against what it has said before.
///
/// A counter that doesn't grow means that the key was copied. Keys that are synced are copied on purpose: their counters
/// stand still or jump, and say nothing.
fn check(stored: &passkey::Model, state: State) -> Result<(), &'static str> {
    if stored.backup_eligible != state.backup_eligible {
        return Err("it was eligible for backup, or was not, when it was added");
    }
    let count = i64::from(state.sign_count);
    let counts = stored.sign_count != 0 || count != 0;
    if !state.backup_eligible && counts && count <= stored.sign_count {
        return Err("its counter has not grown: the key may have been copied");
    }
    Ok(())
}
