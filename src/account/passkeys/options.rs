//! The options for the browser, in WebAuthn's JSON.

use async_graphql::Value;
use entity::{passkey, passkey_challenge, user};
use serde_json::json;

use super::challenge::TTL;
use crate::client::Client;
use crate::config::Project;
use crate::crypto::webauthn::Algorithm;

/// Five minutes in milliseconds.
fn timeout() -> u64 {
    TTL.as_secs().saturating_mul(1_000)
}

/// The options for a new passkey: discoverable, by a device that verifies the user, and none that has one of `own`.
pub(super) fn creation(
    client: &Client,
    rp_id: &str,
    user: &user::Model,
    challenge: &passkey_challenge::Model,
    own: &[passkey::Model],
) -> Value {
    let parameters = Algorithm::ALL.map(|it| json!({ "type": "public-key", "alg": it.id() }));
    let excluded: Vec<_> = own.iter().map(descriptor).collect();
    let label = label(user);
    let name = if user.name.is_empty() { label } else { &user.name };
    to_value(json!({
        "rp": { "id": rp_id, "name": rp_name(&client.project) },
        "user": { "id": challenge.user_handle, "name": label, "displayName": name },
        "challenge": challenge.challenge,
        "pubKeyCredParams": parameters,
        "timeout": timeout(),
        "excludeCredentials": excluded,
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
    }))
}

/// The options for a sign-in with any passkey of the domain.
pub(super) fn request(rp_id: &str, challenge: &passkey_challenge::Model) -> Value {
    to_value(json!({
        "challenge": challenge.challenge,
        "timeout": timeout(),
        "rpId": rp_id,
        "allowCredentials": [],
        "userVerification": "required",
    }))
}

/// One of the user's passkeys, so that no device makes another one.
fn descriptor(passkey: &passkey::Model) -> serde_json::Value {
    let transports: Vec<String> = serde_json::from_str(&passkey.transports).unwrap_or_default();
    json!({ "type": "public-key", "id": passkey.credential_id, "transports": transports })
}

fn to_value(json: serde_json::Value) -> Value {
    // All JSON is a value.
    Value::from_json(json).unwrap_or_default()
}

/// The name that devices show for the site.
fn rp_name(project: &Project) -> &str {
    let name = project.passkeys.rp_name.as_str();
    if name.is_empty() { project.title() } else { name }
}

/// The name that distinguishes the user's accounts in a list on the device.
fn label(user: &user::Model) -> &str {
    let named = Some(user.name.as_str()).filter(|name| !name.is_empty());
    user.email.as_deref().or(user.phone.as_deref()).or(named).unwrap_or(user.id.as_str())
}
