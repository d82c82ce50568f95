//! The scopes that a caller of a field for servers lacks.

use std::fmt;

use entity::ProjectId;

use crate::config::Scope;

/// The scopes of which a caller has none.
#[derive(Debug)]
pub struct MissingScopes {
    /// The project, if the caller has an API key of it.
    pub key_of: Option<ProjectId>,
    /// The scopes.
    pub scopes: Vec<Scope>,
}

/// In Appwrite's words, with the scopes as JSON.
impl fmt::Display for MissingScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key_of {
            Some(project) => write!(f, "app.{project} (role: applications)")?,
            None => f.write_str("User (role: guests)")?,
        }
        let scopes: Vec<_> = self.scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
        write!(f, " missing scopes ([{}])", scopes.join(","))
    }
}
