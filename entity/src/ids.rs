//! The identifiers of rows: a type each, so that one can't be passed for another.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text that is known to be an id.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as it stands in answers.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        // SeaORM asks every key type whether the database can number it. Ours are texts.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// Names a project: the tenant that every row belongs to.
    ProjectId
    /// Names a user within a project; chosen by the client or generated.
    UserId
    /// Names a session; always generated.
    SessionId
    /// Names a one-time token; always generated.
    TokenId
    /// Names a message; always generated.
    MessageId
    /// Names an identity; always generated.
    IdentityId
}

/// The key of a user's row.
pub type UserKey = (ProjectId, UserId);
