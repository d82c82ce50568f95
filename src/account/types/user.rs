//! The user, with preferences and targets.

use async_graphql::{ID, SimpleObject, Value};
use entity::{Count, user};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::json;
use serde_json::value::RawValue;

use super::date_or_empty;
use crate::config::Scope;
use crate::crypto::password_hash::{HashDescription, describe};
use crate::graphql::declare::access;
use crate::graphql::scalars::{DateTime, Json};

/// The algorithm that is named for a user without a password.
const NO_HASH: &str = "argon2";

// Its JSON, for webhooks, is that of REST.
/// A user of the project.
#[expect(clippy::struct_excessive_bools, reason = "the API has them")]
#[derive(Clone, Debug, SimpleObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user's id, unique within the project.
    #[graphql(name = "_id")]
    #[serde(rename = "$id")]
    id: ID,
    /// When the user was created.
    #[graphql(name = "_createdAt")]
    #[serde(rename = "$createdAt")]
    created_at: DateTime,
    /// When the user was last changed.
    #[graphql(name = "_updatedAt")]
    #[serde(rename = "$updatedAt")]
    updated_at: DateTime,
    /// The user's name: up to 128 characters; empty if never set.
    name: String,
    /// When the user signed up.
    registration: DateTime,
    /// Whether the user may sign in; false if blocked.
    status: bool,
    /// Labels that the project's servers have given the user.
    labels: Vec<String>,
    /// When the user last set a password; null if never.
    #[serde(serialize_with = "date_or_empty")]
    password_update: Option<DateTime>,
    /// The e-mail address in normalised form; empty if the user has none.
    email: String,
    /// The phone number in E.164 form; empty if the user has none.
    phone: String,
    /// Whether the e-mail address is verified.
    email_verification: bool,
    /// Whether the phone number is verified.
    phone_verification: bool,
    /// Whether the user has turned on a second factor for signing in.
    mfa: bool,
    /// The user's preferences.
    prefs: Preferences,
    /// Addresses that messages to the user can be sent to.
    targets: Vec<Target>,
    /// When the user last signed in; null if never.
    #[serde(serialize_with = "date_or_empty")]
    accessed_at: Option<DateTime>,
    /// The hash of the password.
    #[graphql(flatten)]
    #[serde(skip)]
    hash: PasswordHash,
}

impl From<user::Model> for User {
    fn from(user: user::Model) -> Self {
        Self::for_server(user, false)
    }
}

impl User {
    /// The user as a server sees it, with the hash of the password if the server's key allows it.
    pub(crate) fn for_server(user: user::Model, shows_hash: bool) -> Self {
        Self {
            id: user.id.as_str().into(),
            accessed_at: user.signed_in_at().map(DateTime),
            created_at: user.created_at.into(),
            updated_at: user.updated_at.into(),
            prefs: Preferences::new(user.prefs, user.prefs_revision),
            name: user.name,
            registration: user.created_at.into(),
            status: user.enabled,
            // Only well-formed lists are stored.
            labels: serde_json::from_str(&user.labels).unwrap_or_default(),
            password_update: user.password_updated_at.map(DateTime),
            email: user.email.unwrap_or_default(),
            phone: user.phone.unwrap_or_default(),
            email_verification: user.email_verified,
            phone_verification: user.phone_verified,
            mfa: user.mfa,
            // Messaging targets don't exist so far.
            targets: Vec::new(),
            hash: PasswordHash { stored: user.password_hash, is_shown: shows_hash },
        }
    }
}

/// The hash of a password, which only servers see, described only when it is selected.
#[derive(Clone, Debug)]
pub(super) struct PasswordHash {
    stored: Option<String>,
    is_shown: bool,
}

impl PasswordHash {
    fn describe(&self) -> Option<HashDescription> {
        self.stored.as_deref().and_then(describe)
    }
}

#[async_graphql::Object]
impl PasswordHash {
    /// The hash of the user's password, as another system takes it; empty if the user has none, and for API keys
    /// without the scope `users.hashes`.
    #[graphql(directive = access::key::apply([Scope::UsersHashes]))]
    async fn password(&self) -> String {
        let shown = self.describe().filter(|_| self.is_shown);
        shown.map(|described| described.password).unwrap_or_default()
    }

    /// The algorithm of the hash: `argon2`, `bcrypt`, `md5`, `sha`, `phpass`, `scrypt` or `scryptMod`;
    /// `argon2` if the user has no password.
    #[graphql(directive = access::key::apply([Scope::UsersRead, Scope::UsersWrite]))]
    async fn hash(&self) -> &str {
        self.describe().map_or(NO_HASH, |described| described.name)
    }

    /// The algorithm as `type`, and its parameters; for API keys without the scope `users.hashes` only
    /// `type`.
    #[graphql(directive = access::key::apply([Scope::UsersRead, Scope::UsersWrite]))]
    async fn hash_options(&self) -> Json {
        let options = match self.describe() {
            Some(described) if self.is_shown => described.options.to_json(),
            Some(described) => json!({ "type": described.name }),
            None => json!({ "type": NO_HASH }),
        };
        // A JSON object is a value of the API.
        Json(Value::from_json(options).unwrap_or_default())
    }
}

/// The user's preferences, as the app has stored them.
#[derive(Clone, Debug)]
pub struct Preferences {
    data: String,
    revision: i32,
}

impl Preferences {
    /// Preferences as they are stored, after so many changes.
    pub(crate) fn new(data: String, revision: Count) -> Self {
        Self { data, revision: revision.get() }
    }
}

/// The user's preferences, as the app has stored them.
#[async_graphql::Object]
impl Preferences {
    /// The preferences as a string of JSON, exactly as stored; `{}` if nothing was stored.
    async fn data(&self) -> &str {
        &self.data
    }

    /// How many times the preferences have been changed. Pass it as `ifRevision` to `accountPatchPrefs`.
    async fn revision(&self) -> i32 {
        self.revision
    }

    /// The preferences as a JSON value.
    async fn json(&self) -> Json {
        // Only well-formed objects are stored. Parsed only when the field is selected.
        Json(serde_json::from_str::<Value>(&self.data).unwrap_or_default())
    }
}

impl Serialize for Preferences {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.data.clone()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// An address or device that messages to a user can be sent to.
#[derive(Clone, Debug, SimpleObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The target's id.
    #[graphql(name = "_id")]
    #[serde(rename = "$id")]
    id: ID,
    /// When the target was created.
    #[graphql(name = "_createdAt")]
    #[serde(rename = "$createdAt")]
    created_at: DateTime,
    /// When the target was last changed.
    #[graphql(name = "_updatedAt")]
    #[serde(rename = "$updatedAt")]
    updated_at: DateTime,
    /// The target's name; may be empty.
    name: String,
    /// The id of the user.
    user_id: ID,
    /// The provider that delivers the messages; empty for the project's own.
    provider_id: String,
    /// `email`, `sms` or `push`.
    provider_type: String,
    /// The e-mail address, phone number or device token.
    identifier: String,
    /// Whether the target no longer works.
    expired: bool,
}
