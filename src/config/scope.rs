//! Scopes of API keys.

use std::fmt;
use std::str::FromStr;

use async_graphql::Enum;
use serde::Deserialize;

/// A scope of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Deserialize)]
#[serde(try_from = "String")]
pub enum Scope {
    /// `client.forward`: passing on the visitor's address and user agent.
    ClientForward,
    /// `limits.exempt`: calling without rate limits.
    LimitsExempt,
    /// `revocations.read`: reading which sessions were ended.
    RevocationsRead,
    /// `sessions.read`: reading the sessions of users.
    SessionsRead,
    /// `sessions.write`: opening and ending sessions of users.
    SessionsWrite,
    /// `tokens.introspect`: asking whether a JWT is valid now.
    TokensIntrospect,
    /// `users.hashes`: reading the password hashes of users.
    UsersHashes,
    /// `users.read`: reading users.
    UsersRead,
    /// `users.write`: creating, changing and deleting users.
    UsersWrite,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 9] = [
        Self::ClientForward,
        Self::LimitsExempt,
        Self::RevocationsRead,
        Self::SessionsRead,
        Self::SessionsWrite,
        Self::TokensIntrospect,
        Self::UsersHashes,
        Self::UsersRead,
        Self::UsersWrite,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientForward => "client.forward",
            Self::LimitsExempt => "limits.exempt",
            Self::RevocationsRead => "revocations.read",
            Self::SessionsRead => "sessions.read",
            Self::SessionsWrite => "sessions.write",
            Self::TokensIntrospect => "tokens.introspect",
            Self::UsersHashes => "users.hashes",
            Self::UsersRead => "users.read",
            Self::UsersWrite => "users.write",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("there is no scope `{name}`, only {known}")
        })
    }
}

impl TryFrom<String> for Scope {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}
