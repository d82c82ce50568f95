//! The API key of a request.

use crate::config::Scope;

/// An API key of the project, as of this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// The id that the security log names.
    pub id: String,
    /// The name that the security log shows.
    pub name: String,
    /// What the key allows.
    pub scopes: Vec<Scope>,
}

impl KeyHolder {
    /// Whether the key allows `scope`.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
