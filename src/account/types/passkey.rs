//! Passkeys, and the challenges for them.

use async_graphql::{ID, SimpleObject, Value};
use entity::{passkey, passkey_challenge};

use crate::account::passkeys::device;
use crate::graphql::scalars::{DateTime, Json};

/// What a page passes to the browser, to add a passkey or to sign in with one.
#[derive(Clone, Debug, SimpleObject)]
pub struct PasskeyChallenge {
    /// The challenge's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When it was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// The id that the new passkey will have; empty for a sign-in.
    passkey_id: String,
    /// When it expires: after five minutes.
    expire: DateTime,
    /// The options in WebAuthn's JSON, for `PublicKeyCredential.parseCreationOptionsFromJSON` or
    /// `parseRequestOptionsFromJSON`.
    public_key: Json,
}

impl PasskeyChallenge {
    /// The response for a challenge with these options.
    pub(crate) fn new(challenge: passkey_challenge::Model, options: Value) -> Self {
        let passkey_id = challenge.passkey_id.map(|id| id.to_string());
        Self {
            id: challenge.id.as_str().into(),
            created_at: challenge.created_at.into(),
            passkey_id: passkey_id.unwrap_or_default(),
            expire: challenge.expires_at.into(),
            public_key: Json(options),
        }
    }
}

/// A passkey of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct Passkey {
    /// The passkey's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the passkey was added.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the passkey was last renamed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The name that the user has given it; empty if none.
    name: String,
    /// When it was last used to sign in; null if never.
    accessed_at: Option<DateTime>,
    /// The password manager or device that has it, for example `iCloud Keychain`; empty if unknown.
    device: &'static str,
    /// Whether it may be synced to other devices.
    synced: bool,
    /// Whether it was synced when it was last used.
    backed_up: bool,
}

impl From<passkey::Model> for Passkey {
    fn from(passkey: passkey::Model) -> Self {
        Self {
            id: passkey.id.as_str().into(),
            created_at: passkey.created_at.into(),
            updated_at: passkey.updated_at.into(),
            name: passkey.name,
            accessed_at: passkey.accessed_at.map(DateTime),
            device: device::name(&passkey.aaguid),
            synced: passkey.backup_eligible,
            backed_up: passkey.backed_up,
        }
    }
}

/// The passkeys of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct PasskeyList {
    /// How many passkeys the user has in total; 0 if `total` is false.
    pub(crate) total: u64,
    /// The passkeys on this page, oldest first.
    pub(crate) passkeys: Vec<Passkey>,
}
