//! The ids of rows: each has its own type, so that they can't be mixed up.

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
            /// Wraps a valid id.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        // SeaORM requires this of key types. These can't be numbered.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// The id of a project: the tenant that every row belongs to.
    ProjectId
    /// The id of a user in a project; chosen by the client or generated.
    UserId
    /// The id of a session; generated.
    SessionId
    /// The id of a one-time token; generated.
    TokenId
    /// The id of a message; generated.
    MessageId
    /// The id of an identity; generated.
    IdentityId
    /// The id of an API key; generated.
    ApiKeyId
    /// The id of an authenticator; generated.
    AuthenticatorId
    /// The id of a challenge; generated.
    ChallengeId
    /// The id of a passkey in a project; chosen by the client or generated.
    PasskeyId
    /// The id of a passkey's challenge; generated.
    PasskeyChallengeId
    /// The id of a key that signs JWTs: its thumbprint.
    SigningKeyId
}

/// The key of a user's row.
pub type UserKey = (ProjectId, UserId);
