//! The user, with preferences and targets.

use async_graphql::{ID, SimpleObject, Value};
use entity::user;

use crate::graphql::scalars::{DateTime, Json};

/// A user of the project.
#[expect(clippy::struct_excessive_bools, reason = "the API has them")]
#[derive(Clone, Debug, SimpleObject)]
pub struct User {
    /// The user's id, unique within the project.
    #[graphql(name = "_id")]
    id: ID,
    /// When the user was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the user was last changed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The user's name, of up to 128 characters; empty when never set.
    name: String,
    /// When the user registered.
    registration: DateTime,
    /// Whether the user may sign in; false once blocked.
    status: bool,
    /// Labels that the project's servers have put on the user.
    labels: Vec<String>,
    /// When the user last set a password; null for a user who never did.
    password_update: Option<DateTime>,
    /// The e-mail address in its normalised form; empty when there is none.
    email: String,
    /// The phone number in E.164 form; empty when there is none.
    phone: String,
    /// Whether the user proved to own the e-mail address.
    email_verification: bool,
    /// Whether the user proved to own the phone number.
    phone_verification: bool,
    /// Whether signing in needs a second factor.
    mfa: bool,
    /// The user's preferences.
    prefs: Preferences,
    /// Where messages to the user can go.
    targets: Vec<Target>,
    /// When the user last signed in.
    accessed_at: DateTime,
}

impl From<user::Model> for User {
    fn from(user: user::Model) -> Self {
        Self {
            id: user.id.as_str().into(),
            created_at: user.created_at.into(),
            updated_at: user.updated_at.into(),
            prefs: Preferences::new(&user),
            name: user.name,
            registration: user.created_at.into(),
            status: user.enabled,
            // Neither labels, second factors nor messaging targets can be set up so far.
            labels: Vec::new(),
            password_update: user.password_updated_at.map(DateTime),
            email: user.email.unwrap_or_default(),
            phone: user.phone.unwrap_or_default(),
            email_verification: user.email_verified,
            phone_verification: user.phone_verified,
            mfa: false,
            targets: Vec::new(),
            accessed_at: user.accessed_at.into(),
        }
    }
}

/// What a user prefers, as the app has stored it.
#[derive(Clone, Debug, SimpleObject)]
pub struct Preferences {
    /// The preferences as a text that holds a JSON object, exactly as it was stored; `{}` when nothing was.
    data: String,
    /// How often the preferences were changed: what `accountPatchPrefs` takes as `ifRevision`.
    revision: i32,
    /// The same as a JSON value.
    #[graphql(flatten)]
    parsed: Parsed,
}

impl Preferences {
    /// The preferences of `user`.
    pub(in crate::account) fn new(user: &user::Model) -> Self {
        let data = user.prefs.clone();
        Self { parsed: Parsed(data.clone()), data, revision: user.prefs_revision }
    }
}

/// The preferences read as JSON, only when somebody asks.
#[derive(Clone, Debug)]
pub(super) struct Parsed(String);

#[async_graphql::Object]
impl Parsed {
    /// The preferences as a JSON value.
    async fn json(&self) -> Json {
        // Only well-formed objects are ever stored.
        Json(serde_json::from_str::<Value>(&self.0).unwrap_or_default())
    }
}

/// An address or device that messages to a user can go to.
#[derive(Clone, Debug, SimpleObject)]
pub struct Target {
    /// The target's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the target was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the target was last changed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The target's name; may be empty.
    name: String,
    /// The user it belongs to.
    user_id: ID,
    /// The provider that delivers; empty for the project's own.
    provider_id: String,
    /// `email`, `sms` or `push`.
    provider_type: String,
    /// The address, number or device token.
    identifier: String,
    /// Whether the target no longer works.
    expired: bool,
}
