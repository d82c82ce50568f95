//! Scopes of API keys.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// A scope of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Scope {
    /// `client.forward`: passing on the visitor's address and user agent.
    ClientForward,
    /// `sessions.write`: opening sessions for users.
    SessionsWrite,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 2] = [Self::ClientForward, Self::SessionsWrite];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientForward => "client.forward",
            Self::SessionsWrite => "sessions.write",
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
            let known = Self::ALL.map(Self::as_str).join(" and ");
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
