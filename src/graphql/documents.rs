//! The documents that requests execute. Each is checked once, however often and in whichever way it is requested.
//!
//! A request sends its document or names a persisted one: a trusted document, or one that a client has registered
//! (Apollo's automatic persisted queries).

use std::sync::Arc;

use moka::sync::Cache;

use crate::config::DocumentLimits;
use crate::crypto::sha256_hex;
use crate::error::Error;
use crate::graphql::catalog::Catalog;
use crate::graphql::document;
use crate::graphql::document::{Checked, DocumentError};
use crate::metrics::CacheUse;

mod trusted;

pub use trusted::TrustedDocuments;

/// The most memory for checked documents, in bytes as they estimate it themselves.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// How many characters of an unknown id its error repeats.
const MAX_ID: usize = 64;

/// The documents of a server, and the catalog they are checked against.
#[derive(Debug)]
pub struct Documents {
    catalog: Arc<Catalog>,
    limits: DocumentLimits,
    introspection: bool,
    trusted: TrustedDocuments,
    /// Those that were sent or registered, by the SHA-256 of their text.
    checked: Cache<String, Arc<Checked>>,
    /// How often a document was checked before.
    usage: CacheUse,
}

/// How a client names a persisted document.
#[derive(Clone, Debug)]
pub enum DocumentId {
    /// By an id, as in GraphQL over HTTP.
    Id(String),
    /// By its SHA-256, as Apollo's clients do, which send the document if the error says so.
    Hash(String),
}

impl DocumentId {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Id(id) | Self::Hash(id) => id,
        }
    }

    /// The error for a request that names an unknown document so.
    pub(super) fn explain(&self, error: Error) -> Error {
        match (self, error) {
            (Self::Id(id), Error::PersistedQueryNotFound) => {
                Error::GraphqlDocumentNotFound(id.chars().take(MAX_ID).collect())
            }
            (_, error) => error,
        }
    }
}

/// Why there is no document to execute.
#[derive(Debug)]
pub enum FindError {
    /// The named document is unknown, or the sent one is not allowed.
    Unknown(Error),
    /// The document is invalid or exceeds a limit.
    Invalid(Vec<DocumentError>),
}

/// Where a document comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Sent without its hash.
    Sent,
    /// Sent with its hash.
    Registered,
}

impl Documents {
    /// The documents of a server with this catalog. `introspection` allows introspection.
    pub fn new(
        catalog: Arc<Catalog>,
        limits: DocumentLimits,
        introspection: bool,
        trusted: TrustedDocuments,
    ) -> Self {
        let weigh = |_: &String, checked: &Arc<Checked>| checked.weight();
        let checked = Cache::builder().max_capacity(CAPACITY).weigher(weigh).build();
        Self { catalog, limits, introspection, trusted, checked, usage: CacheUse::default() }
    }

    /// The catalog of the schema.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// How often a document was checked before.
    pub fn usage(&self) -> &CacheUse {
        &self.usage
    }

    /// How many bytes the kept documents take, as they estimate it themselves.
    pub fn bytes(&self) -> u64 {
        // Otherwise it doesn't know yet what was kept last.
        self.checked.run_pending_tasks();
        self.checked.weighted_size()
    }

    /// Finds the document of a request that sent `text`, named a document by `id`, or did both to register it.
    pub fn find(&self, id: Option<&str>, text: &str) -> Result<Arc<Checked>, FindError> {
        let Some(id) = id.map(|id| id.strip_prefix("sha256:").unwrap_or(id)) else {
            if self.trusted.only {
                return Err(Error::GraphqlDocumentNotTrusted.into());
            }
            return self.find_checked(sha256_hex(text), text, Origin::Sent);
        };
        if let Some(trusted) = self.trusted.find(id)
            && (text.is_empty() || text == trusted.text)
        {
            let checked = trusted.checked.get();
            self.usage.count(checked.is_some());
            if let Some(checked) = checked {
                return Ok(Arc::clone(checked));
            }
            let checked = self.check(&trusted.text)?;
            return Ok(Arc::clone(trusted.checked.get_or_init(|| checked)));
        }
        if self.trusted.only {
            return Err(Error::GraphqlDocumentNotTrusted.into());
        }
        if text.is_empty() {
            let checked = self.checked.get(id);
            self.usage.count(checked.is_some());
            return checked.ok_or_else(|| Error::PersistedQueryNotFound.into());
        }
        let hash = sha256_hex(text);
        if hash != id {
            return Err(Error::argument("query", "is not the document of the given hash.").into());
        }
        self.find_checked(hash, text, Origin::Registered)
    }

    /// Returns the checked document of a text, and keeps it.
    ///
    /// Documents with string literals are only kept if they are registered: literals may be passwords, and rarely repeat.
    fn find_checked(
        &self,
        hash: String,
        text: &str,
        origin: Origin,
    ) -> Result<Arc<Checked>, FindError> {
        let checked = self.checked.get(&hash);
        self.usage.count(checked.is_some());
        if let Some(checked) = checked {
            return Ok(checked);
        }
        let checked = self.check(text)?;
        if origin == Origin::Registered || !checked.has_strings() {
            self.checked.insert(hash, Arc::clone(&checked));
        }
        Ok(checked)
    }

    fn check(&self, text: &str) -> Result<Arc<Checked>, FindError> {
        let checked = document::check(text, &self.catalog, &self.limits, self.introspection);
        checked.map(Arc::new).map_err(FindError::Invalid)
    }
}

impl From<Error> for FindError {
    fn from(error: Error) -> Self {
        Self::Unknown(error)
    }
}

#[cfg(test)]
mod tests;
