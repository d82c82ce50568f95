//! The holder of an API key, and the keys of the configuration.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entity::{ProjectId, Timestamp};

use crate::config::{ApiKey, Expiry, KeyHash, Project, Scope};

/// How many of a hash's digits identify a key of the configuration.
const ID_DIGITS: usize = 16;

/// The holder of a valid API key: a server of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// The key's id: that of its row, or the first 16 hexadecimal digits of its hash if it is configured.
    pub id: String,
    /// The key's name; its id if it has none.
    pub name: String,
    /// The scopes of the key.
    pub scopes: Vec<Scope>,
}

impl KeyHolder {
    /// The holder of a key of the configuration.
    pub fn configured(key: &ApiKey) -> Self {
        let id: String = key.hash.to_string().chars().take(ID_DIGITS).collect();
        let name = if key.name.is_empty() { id.clone() } else { key.name.clone() };
        Self { id, name, scopes: key.scopes.clone() }
    }

    /// Whether the key has `scope`.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether the key has one of `scopes`.
    pub fn allows_any(&self, scopes: &[Scope]) -> bool {
        scopes.iter().any(|scope| self.allows(*scope))
    }
}

/// The API keys of the configuration, and which keys of the database were used lately.
#[derive(Debug, Default)]
pub struct ApiKeys {
    configured: HashMap<KeyHash, Vec<ConfiguredKey>>,
    /// By id, the hour in which a key was last used.
    uses: Mutex<HashMap<String, Timestamp>>,
}

/// A key of the configuration.
#[derive(Debug)]
pub struct ConfiguredKey {
    /// The project.
    pub project: ProjectId,
    /// The holder.
    pub holder: Arc<KeyHolder>,
    /// When the key expires; never if absent.
    pub expires_at: Option<Timestamp>,
}

impl ApiKeys {
    /// The keys of `projects`.
    pub fn new(projects: &[Project]) -> Self {
        let mut keys = Self::default();
        for project in projects {
            for key in &project.api_keys {
                keys.configured.entry(key.hash).or_default().push(ConfiguredKey {
                    project: project.id.clone(),
                    holder: Arc::new(KeyHolder::configured(key)),
                    expires_at: key.expires.map(|Expiry(time)| time),
                });
            }
        }
        keys
    }

    /// The configured keys with this hash: projects may share one.
    pub fn find(&self, hash: &KeyHash) -> &[ConfiguredKey] {
        self.configured.get(hash).map_or(&[], Vec::as_slice)
    }

    /// Records that a key of the database is used in `hour`. Returns whether that is its first use then.
    pub fn is_first_use(&self, id: &str, hour: Timestamp) -> bool {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.insert(id.to_owned(), hour) != Some(hour)
    }
}
