//! Types of responses, made from rows.

use async_graphql::{ID, SimpleObject};
use entity::token;
use serde::{Serialize, Serializer};

use crate::graphql::scalars::DateTime;

mod mfa;
mod passkey;
mod session;
mod user;

pub use mfa::{MfaChallenge, MfaFactors, MfaRecoveryCodes, MfaType};
pub use passkey::{Passkey, PasskeyChallenge, PasskeyList};
pub use session::{Agent, Session, SessionList};
pub use user::{Preferences, Target, User};

/// Serializes a date as REST does: as an empty string if it is absent.
#[expect(clippy::ref_option, reason = "serde passes it so")]
fn date_or_empty<S: Serializer>(date: &Option<DateTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => date.serialize(serializer),
        None => serializer.serialize_str(""),
    }
}

/// A one-time secret that was sent by e-mail or SMS, issued by an OAuth sign-in, or created by a server.
#[derive(Clone, Debug, SimpleObject)]
pub struct Token {
    /// The token's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the token was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// The user id to redeem the token with. It exists even if the address has no user yet.
    user_id: ID,
    /// The secret, in the response to the server that creates it; empty otherwise: it is only in the
    /// message.
    secret: String,
    /// When the token expires.
    expire: DateTime,
    /// The security phrase that the e-mail also shows; empty if none was requested.
    phrase: String,
}

impl From<token::Model> for Token {
    fn from(token: token::Model) -> Self {
        Self {
            id: token.id.as_str().into(),
            created_at: token.created_at.into(),
            user_id: token.asked_id.as_str().into(),
            secret: String::new(),
            expire: token.expires_at.into(),
            phrase: String::new(),
        }
    }
}

impl Token {
    /// Includes the phrase of the mail.
    pub(super) fn with_phrase(self, phrase: String) -> Self {
        Self { phrase, ..self }
    }

    /// Includes the secret in this response.
    pub(crate) fn with_secret(self, secret: String) -> Self {
        Self { secret, ..self }
    }
}

/// The result of a field that returns no data.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "None")]
pub struct Done {
    /// Always `OK`.
    status: &'static str,
}

impl Done {
    /// Done.
    pub(crate) const OK: Self = Self { status: "OK" };
}

/// A JSON Web Token.
#[derive(Clone, Debug, SimpleObject)]
pub struct Jwt {
    /// The token. Send it in the header `X-Appwrite-JWT` or as `Authorization: Bearer`.
    pub(crate) jwt: String,
}
