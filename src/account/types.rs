//! Types of responses, made from rows.

use async_graphql::SimpleObject;
use entity::token;

use crate::graphql::row::{Field, Id, Object, fields, object};
use crate::graphql::scalars::DateTime;

mod agent;
mod mfa;
mod passkey;
mod session;
mod user;

pub(crate) use agent::OfClient;
pub use mfa::{MfaChallenge, MfaFactors, MfaRecoveryCodes, MfaType};
pub use passkey::{Passkey, PasskeyChallenge, PasskeyList};
pub use session::{Session, SessionList};
pub use user::{Preferences, Target, User};

/// A one-time secret in a response.
#[derive(Clone, Debug)]
pub struct Token {
    row: token::Model,
    secret: String,
    phrase: String,
}

impl Object for Token {
    const NAME: &'static str = "Token";
    const DESCRIPTION: &'static str = "A one-time secret that was sent by e-mail or SMS, issued by an OAuth sign-in, or created by a server.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[fields! {
        /// The token's id.
        _id: Id<'_> = |it| Id(it.row.id.as_str());
        /// When the token was created.
        _createdAt: DateTime = |it| it.row.created_at.into();
        /// The user id to redeem the token with. It exists even if the address has no user yet.
        userId: Id<'_> = |it| Id(it.row.asked_id.as_str());
        /// The secret, in the response to the server that creates it; empty otherwise: it is only in the
        /// message.
        secret: &str = |it| &it.secret;
        /// When the token expires.
        expire: DateTime = |it| it.row.expires_at.into();
        /// The security phrase that the e-mail also shows; empty if none was requested.
        phrase: &str = |it| &it.phrase;
    }];
}

object!(Token);

impl From<token::Model> for Token {
    fn from(row: token::Model) -> Self {
        Self { row, secret: String::new(), phrase: String::new() }
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
