//! Adds a passkey, with the response of the device that has made it.

use async_graphql::Value;
use entity::security_log::Event;
use entity::{PasskeyId, passkey};
use sea_orm::{ActiveModelTrait, IntoActiveModel, PaginatorTrait};

use super::create::refuse_jwt;
use super::{MAX_PASSKEYS, challenge, credential, device, relying_party};
use crate::account::mfa::freshness;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::crypto::webauthn::{AttestationResponse, Credential, encode, verify_registration};
use crate::db::{AsIs, OnUnique};
use crate::error::{Error, Result};
use crate::message::Kind;

/// How many transports are kept; the standard has six.
const MAX_TRANSPORTS: usize = 8;
/// The longest name of a transport, in bytes.
const MAX_TRANSPORT: usize = 32;

/// Verifies the response and stores the passkey. The challenge is used up either way.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    (passkey_id, challenge_id): (&str, Option<&str>),
    credential: Value,
) -> Result<passkey::Model> {
    refuse_jwt(caller)?;
    let rp_id = relying_party::require(client)?;
    let json = credential::read(credential)?;
    let challenge =
        challenge::consume_of_registration(app, client, caller, passkey_id, challenge_id).await?;
    let credential = Credential::<AttestationResponse>::parse(&json)?;
    let new = verify_registration(&credential, relying_party::expected(client, &challenge)?)?;
    let now = app.clock.now();
    let aaguid = device::format_aaguid(new.aaguid);
    let named = Some(challenge.name).filter(|name| !name.is_empty());
    let passkey = passkey::Model {
        project_id: client.project.id.clone(),
        id: PasskeyId::new(passkey_id),
        user_id: caller.user.id.clone(),
        created_at: now,
        updated_at: now,
        accessed_at: None,
        name: named.unwrap_or_else(|| device::name(&aaguid).to_owned()),
        rp_id: rp_id.to_owned(),
        user_handle: challenge.user_handle.unwrap_or_default(),
        credential_id: encode(&new.id),
        public_key: encode(&new.public_key),
        aaguid,
        transports: transports(credential.response.transports),
        sign_count: new.state.sign_count.into(),
        backup_eligible: new.state.backup_eligible,
        backed_up: new.state.backed_up,
    };
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        freshness::check_if_on(app, tx, &user, &caller.session).await?;
        // Of registrations that end at once, each is stored before the next counts.
        let count = passkey::Entity::find_by_user(&user.key()).count(tx).await?;
        if usize::try_from(count).unwrap_or(usize::MAX) >= MAX_PASSKEYS {
            return Err(Error::UserPasskeyLimitExceeded);
        }
        let row = passkey.into_active_model().reset_all();
        let passkey = row.insert_as_is(tx).await.on_unique(Error::UserPasskeyAlreadyExists)?;
        tx.log(Event::PasskeyCreate, &user).await?;
        tx.alert(Kind::PasskeyAdded, &user).await?;
        Ok(passkey)
    })
    .await
}

/// The transports that may be stored, as a JSON array.
fn transports(sent: Vec<String>) -> String {
    let is_name = |text: &String| {
        (1..=MAX_TRANSPORT).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    let kept: Vec<String> = sent.into_iter().filter(is_name).take(MAX_TRANSPORTS).collect();
    serde_json::to_string(&kept).unwrap_or_else(|_| "[]".to_owned())
}
