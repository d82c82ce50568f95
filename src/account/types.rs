//! The types of answers, made from rows.

use async_graphql::{ID, SimpleObject};
use entity::token;

use crate::graphql::scalars::DateTime;

mod session;
mod user;

pub use session::{Agent, Session, SessionList};
pub use user::{Preferences, Target, User};

/// A secret that was sent to an address.
#[derive(Clone, Debug, SimpleObject)]
pub struct Token {
    /// The token's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When it was made.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// The id under which it is redeemed.
    user_id: ID,
    /// Always empty: the secret goes to the address, and nowhere else.
    secret: &'static str,
    /// When it ends.
    expire: DateTime,
    /// The security phrase that the mail shows, too; empty where none was asked for.
    phrase: String,
}

impl From<token::Model> for Token {
    fn from(token: token::Model) -> Self {
        Self {
            id: token.id.as_str().into(),
            created_at: token.created_at.into(),
            user_id: token.asked_id.as_str().into(),
            secret: "",
            expire: token.expires_at.into(),
            phrase: String::new(),
        }
    }
}

impl Token {
    /// Shows the phrase of the mail.
    pub(super) fn with_phrase(self, phrase: String) -> Self {
        Self { phrase, ..self }
    }
}

/// What a field answers that has nothing to tell but that it is done.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "None")]
pub struct Done {
    /// `OK`.
    status: &'static str,
}

impl Done {
    /// Done.
    pub(super) const OK: Self = Self { status: "OK" };
}

/// A JSON Web Token.
#[derive(Clone, Debug, SimpleObject)]
pub struct Jwt {
    /// The token, for the header `X-Appwrite-JWT` or `Authorization: Bearer`.
    pub(super) jwt: String,
}
