//! A string that must not be shown.

use std::fmt;

use serde::Deserialize;

/// A secret of the configuration; its `Debug` prints stars.
///
/// Spaces and line breaks around it are removed, because a file with a secret ends with a line break.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Secret(String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.trim().to_owned())
    }
}

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is a single line of text, as required in headers and forms.
    pub(super) fn is_one_line(&self) -> bool {
        !self.0.contains(char::is_control)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
