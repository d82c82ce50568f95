//! A URL that may hold a password.

use std::fmt;

use serde::Deserialize;
use url::Url;

use super::Mode;

/// The URL of a database or a provider; its `Debug` prints the scheme and stars.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// The URL itself.
    pub fn expose(&self) -> &Url {
        &self.0
    }

    /// The scheme.
    pub fn scheme(&self) -> &str {
        self.0.scheme()
    }

    /// Whether messages are sent, or kept for the inbox of a development server.
    pub(super) fn takes_messages(&self, mode: Mode) -> bool {
        match self.scheme() {
            "none" => false,
            "inbox" => mode == Mode::Dev,
            _ => true,
        }
    }

    /// Whether it names a host.
    pub(super) fn has_host(&self) -> bool {
        self.0.host_str().is_some_and(|host| !host.is_empty())
    }

    /// Whether it is `scheme:` and nothing more.
    pub(super) fn is_bare(&self, scheme: &str) -> bool {
        self.0.as_str().strip_suffix(':') == Some(scheme)
    }
}

impl TryFrom<String> for SecretUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Url::parse(&text).map(Self).map_err(|error| format!("not a URL: {error}"))
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.scheme())
    }
}
