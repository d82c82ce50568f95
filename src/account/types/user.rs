//! The user, with preferences and targets.

use std::sync::Arc;

use async_graphql::Value;
use entity::user;
use serde_json::json;

use crate::config::Scope;
use crate::crypto::password_hash::{HashDescription, describe};
use crate::graphql::declare::access;
use crate::graphql::row::{Field, Id, Object, fields, object};
use crate::graphql::scalars::{DateTime, Json};

/// The algorithm that is named for a user without a password.
const NO_HASH: &str = "argon2";

/// A user in a response.
#[derive(Clone, Debug)]
pub struct User {
    row: Arc<user::Model>,
    shows_hash: bool,
}

impl Object for User {
    const NAME: &'static str = "User";
    const DESCRIPTION: &'static str = "A user of the project.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[fields! {
        /// The user's id, unique within the project.
        _id: Id<'_> = |it| Id(it.row.id.as_str());
        /// When the user was created.
        _createdAt: DateTime = |it| it.row.created_at.into();
        /// When the user was last changed.
        _updatedAt: DateTime = |it| it.row.updated_at.into();
        /// The user's name: up to 128 characters; empty if never set.
        name: &str = |it| &it.row.name;
        /// When the user signed up.
        registration: DateTime = |it| it.row.created_at.into();
        /// Whether the user may sign in; false if blocked.
        status: bool = |it| it.row.enabled;
        /// Labels that the project's servers have given the user.
        labels: Vec<String> = |it| {
            // Only well-formed lists are stored.
            serde_json::from_str(&it.row.labels).unwrap_or_default()
        };
        /// When the user last set a password; null if never.
        passwordUpdate: Option<DateTime> = |it| it.row.password_updated_at.map(DateTime);
        /// The e-mail address in normalised form; empty if the user has none.
        email: &str = |it| it.row.email.as_deref().unwrap_or_default();
        /// The phone number in E.164 form; empty if the user has none.
        phone: &str = |it| it.row.phone.as_deref().unwrap_or_default();
        /// Whether the e-mail address is verified.
        emailVerification: bool = |it| it.row.email_verified;
        /// Whether the phone number is verified.
        phoneVerification: bool = |it| it.row.phone_verified;
        /// Whether the user has turned on a second factor for signing in.
        mfa: bool = |it| it.row.mfa;
        /// The user's preferences.
        prefs: Preferences = |it| Arc::clone(&it.row).into();
        /// The targets of messages to the user: always an empty list, because this server has no push messages.
        targets: Vec<Target> = |_| Vec::new();
        /// When the user last signed in; null if never.
        accessedAt: Option<DateTime> = |it| it.row.signed_in_at().map(DateTime);
        /// The hash of the user's password, in a form that can be imported; empty if the user has none, and for API keys
        /// without the scope `users.hashes`.
        #[access(access::key::apply([Scope::UsersHashes]))]
        password: String = |it| {
            let shown = it.hash().filter(|_| it.shows_hash);
            shown.map(|described| described.password).unwrap_or_default()
        };
        /// The algorithm of the hash: `argon2`, `bcrypt`, `md5`, `sha`, `phpass`, `scrypt` or `scryptMod`;
        /// `argon2` if the user has no password.
        #[access(access::key::apply([Scope::UsersRead, Scope::UsersWrite]))]
        hash: &str = |it| it.hash().map_or(NO_HASH, |described| described.name);
        /// The algorithm as `type`, and its parameters; for API keys without the scope `users.hashes` only
        /// `type`.
        #[access(access::key::apply([Scope::UsersRead, Scope::UsersWrite]))]
        hashOptions: Json = |it| {
            let options = match it.hash() {
                Some(described) if it.shows_hash => described.options.to_json(),
                Some(described) => json!({ "type": described.name }),
                None => json!({ "type": NO_HASH }),
            };
            // A JSON object is a value of the API.
            Json(Value::from_json(options).unwrap_or_default())
        };
    }];
}

object!(User);

impl<R: Into<Arc<user::Model>>> From<R> for User {
    fn from(row: R) -> Self {
        Self::for_server(row, false)
    }
}

impl User {
    /// The user as a server sees it, with the hash of the password if the server's key allows it.
    pub(crate) fn for_server(row: impl Into<Arc<user::Model>>, shows_hash: bool) -> Self {
        Self { row: row.into(), shows_hash }
    }

    /// What the hash of the password is, if there is one.
    fn hash(&self) -> Option<HashDescription> {
        self.row.password_hash.as_deref().and_then(describe)
    }
}

/// The preferences in a response.
#[derive(Clone, Debug)]
pub struct Preferences(Arc<user::Model>);

impl Object for Preferences {
    const NAME: &'static str = "Preferences";
    const DESCRIPTION: &'static str = "The user's preferences, as the app has stored them.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[fields! {
        /// The preferences as a string of JSON, exactly as stored; `{}` if nothing was stored.
        data: &str = |it| &it.0.prefs;
        /// How many times the preferences have been changed. Pass it as `ifRevision` to `accountPatchPrefs`.
        revision: i32 = |it| it.0.prefs_revision.get();
        /// The preferences as a JSON value.
        json: Json = |it| {
            // Only well-formed objects are stored.
            Json(serde_json::from_str::<Value>(&it.0.prefs).unwrap_or_default())
        };
    }];

    fn stored(&self) -> Option<&str> {
        Some(&self.0.prefs)
    }
}

object!(Preferences);

impl<R: Into<Arc<user::Model>>> From<R> for Preferences {
    fn from(row: R) -> Self {
        Self(row.into())
    }
}

/// An address or device that messages to a user can be sent to. So far there are none.
#[derive(Clone, Copy, Debug)]
pub enum Target {}

impl Object for Target {
    const NAME: &'static str = "Target";
    const DESCRIPTION: &'static str =
        "An address or device that messages to a user can be sent to.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[fields! {
        /// The target's id.
        _id: Id<'_> = |it| it.never();
        /// When the target was created.
        _createdAt: DateTime = |it| it.never();
        /// When the target was last changed.
        _updatedAt: DateTime = |it| it.never();
        /// The target's name; may be empty.
        name: &str = |it| it.never();
        /// The id of the user.
        userId: Id<'_> = |it| it.never();
        /// The provider that delivers the messages; empty for the project's own.
        providerId: &str = |it| it.never();
        /// `email`, `sms` or `push`.
        providerType: &str = |it| it.never();
        /// The e-mail address, phone number or device token.
        identifier: &str = |it| it.never();
        /// Whether the target no longer works.
        expired: bool = |it| it.never();
    }];
}

object!(Target);

impl Target {
    /// Its fields, which nobody ever reads.
    fn never<T>(self) -> T {
        match self {}
    }
}
