//! The documents that requests run, each checked once, however often it comes and by whichever way.
//!
//! A request sends its document, or names a persisted one: a trusted one, or one that a client has registered, by the
//! protocol that Apollo calls automatic persisted queries.

use std::sync::Arc;

use moka::sync::Cache;

use crate::config::DocumentLimits;
use crate::crypto::sha256_hex;
use crate::error::Error;
use crate::graphql::catalog::Catalog;
use crate::graphql::document;
use crate::graphql::document::{Checked, DocumentError};

mod trusted;

pub use trusted::TrustedDocuments;

/// How much memory checked documents take at most, in bytes as they estimate it themselves.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// The documents of a server, and what they are checked against.
#[derive(Debug)]
pub struct Documents {
    catalog: Arc<Catalog>,
    limits: DocumentLimits,
    introspection: bool,
    trusted: TrustedDocuments,
    /// Those that were sent or registered, by the SHA-256 of their text.
    checked: Cache<String, Arc<Checked>>,
}

/// Why a request has no document that could run.
#[derive(Debug)]
pub enum FindError {
    /// It names one that isn't there, or sends one that it may not send.
    Unknown(Error),
    /// The document doesn't pass the guard.
    Invalid(Vec<DocumentError>),
}

/// Where a document comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A client that has only sent it.
    Sent,
    /// A client that has sent it with its hash.
    Registered,
}

impl Documents {
    /// The documents of a server whose schema `catalog` describes; `introspection` admits questions for the schema.
    pub fn new(
        catalog: Arc<Catalog>,
        limits: DocumentLimits,
        introspection: bool,
        trusted: TrustedDocuments,
    ) -> Self {
        let weigh = |_: &String, checked: &Arc<Checked>| checked.weight();
        let checked = Cache::builder().max_capacity(CAPACITY).weigher(weigh).build();
        Self { catalog, limits, introspection, trusted, checked }
    }

    /// What the schema declares.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The document of a request that sent `text`, named it by `id`, or did both to register it.
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
            if let Some(checked) = trusted.checked.get() {
                return Ok(Arc::clone(checked));
            }
            let checked = self.check(&trusted.text)?;
            return Ok(Arc::clone(trusted.checked.get_or_init(|| checked)));
        }
        if self.trusted.only {
            return Err(Error::GraphqlDocumentNotTrusted.into());
        }
        if text.is_empty() {
            return self.checked.get(id).ok_or_else(|| Error::PersistedQueryNotFound.into());
        }
        let hash = sha256_hex(text);
        if hash != id {
            return Err(Error::argument("query", "is not the document of the given hash.").into());
        }
        self.find_checked(hash, text, Origin::Registered)
    }

    /// The document of a text, which is kept from now on.
    ///
    /// One that was merely sent is not kept with string literals: they may be passwords, and are rarely the same twice.
    fn find_checked(
        &self,
        hash: String,
        text: &str,
        origin: Origin,
    ) -> Result<Arc<Checked>, FindError> {
        if let Some(checked) = self.checked.get(&hash) {
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
