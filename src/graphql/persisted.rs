//! Persisted documents: a request names its document instead of sending it.
//!
//! Trusted documents are known from the start: those in `schema/operations` and in the folder
//! `graphql.documents`. Others are registered by clients (automatic persisted queries).

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use moka::sync::Cache;
use rust_embed::RustEmbed;

use crate::config::graphql::GraphQl;
use crate::crypto::sha256_hex;
use crate::error::{Error, Result};

/// The memory that registered documents may take, in bytes of their texts.
const CAPACITY: u64 = 8 * 1024 * 1024;
/// What a document counts in addition to its text.
const OVERHEAD: usize = 256;

/// The documents in `schema/operations`.
#[derive(RustEmbed)]
#[folder = "schema/operations"]
struct Operations;

/// The documents that requests may name.
#[derive(Debug, Default)]
pub struct PersistedDocuments {
    /// Trusted documents, by SHA-256 and by name.
    trusted: HashMap<String, Arc<str>>,
    /// Registered documents by SHA-256; none if clients may not register any.
    registered: Option<Cache<String, Arc<str>>>,
    /// Whether only trusted documents are accepted.
    only_trusted: bool,
}

impl PersistedDocuments {
    /// Reads the trusted documents of `config`.
    pub fn open(config: &GraphQl) -> anyhow::Result<Self> {
        let mut trusted = HashMap::new();
        for file in Operations::iter() {
            let text = Operations::get(&file).map(|file| file.data.into_owned());
            trust(&mut trusted, Path::new(file.as_ref()), &text.unwrap_or_default())?;
        }
        if let Some(folder) = &config.documents {
            let place = || format!("graphql.documents: {}", folder.display());
            for file in fs::read_dir(folder).with_context(place)? {
                let path = file.with_context(place)?.path();
                let text = || format!("graphql.documents: {}", path.display());
                if path.is_file() {
                    trust(&mut trusted, &path, &fs::read(&path).with_context(text)?)
                        .with_context(text)?;
                }
            }
        }
        let registered = (!config.trusted_documents).then(|| {
            let weigh = |_: &String, text: &Arc<str>| weight(text);
            Cache::builder().max_capacity(CAPACITY).weigher(weigh).build()
        });
        Ok(Self { trusted, registered, only_trusted: config.trusted_documents })
    }

    /// The document to run for a request that sent `text`, named a document by `id`, or both to register it.
    pub fn find(&self, id: Option<&str>, text: &str) -> Result<Arc<str>> {
        let Some(id) = id.map(|id| id.strip_prefix("sha256:").unwrap_or(id)) else {
            return if self.only_trusted {
                Err(Error::GraphqlDocumentNotTrusted)
            } else {
                Ok(text.into())
            };
        };
        let known = self.trusted.get(id).cloned();
        let known = known.or_else(|| self.registered.as_ref()?.get(id));
        match known {
            Some(known) if text.is_empty() || *known == *text => Ok(known),
            None if self.only_trusted => Err(Error::GraphqlDocumentNotTrusted),
            None if text.is_empty() => Err(Error::PersistedQueryNotFound),
            _ if sha256_hex(text.as_bytes()) == id => Ok(text.into()),
            _ => Err(Error::argument("query", "is not the document of the given hash.")),
        }
    }

    /// Registers a valid document under its hash, which the client has sent.
    pub fn register(&self, id: Option<&str>, text: &Arc<str>) {
        let (Some(id), Some(registered)) = (id, &self.registered) else { return };
        let id = id.strip_prefix("sha256:").unwrap_or(id);
        if !self.trusted.contains_key(id) {
            registered.insert(id.to_owned(), Arc::clone(text));
        }
    }
}

fn weight(text: &str) -> u32 {
    u32::try_from(text.len().saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
}

/// Adds the documents of a file: one in GraphQL, named after the file, or a JSON object that maps ids to
/// documents.
fn trust(trusted: &mut HashMap<String, Arc<str>>, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("graphql" | "gql") => {
            let text: Arc<str> = str::from_utf8(bytes)?.into();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            trusted.insert(sha256_hex(bytes), Arc::clone(&text));
            trusted.insert(name, text);
        }
        Some("json") => {
            let texts: HashMap<String, Arc<str>> = serde_json::from_slice(bytes)?;
            trusted.extend(texts);
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(
        trusted_documents: bool,
        documents: Option<&Path>,
    ) -> anyhow::Result<PersistedDocuments> {
        let config = GraphQl {
            introspection: false,
            graphiql: false,
            trusted_documents,
            documents: documents.map(Path::to_path_buf),
        };
        PersistedDocuments::open(&config)
    }

    fn kind(found: Result<Arc<str>>) -> &'static str {
        found.map_or_else(|error| error.wire().0, |_| "ok")
    }

    #[test]
    fn a_document_is_found_once_it_is_registered_by_its_hash() {
        let documents = open(false, None).unwrap();
        let text = "{ accountGet { name } }";
        let hash = sha256_hex(text.as_bytes());

        assert_eq!(kind(documents.find(Some(&hash), "")), "graphql_persisted_query_not_found");
        let found = documents.find(Some(&hash), text).unwrap();
        documents.register(Some(&hash), &found);
        assert_eq!(&*documents.find(Some(&hash), "").unwrap(), text);
        assert_eq!(kind(documents.find(Some(&hash), "{ a }")), "general_argument_invalid");
        assert_eq!(kind(documents.find(Some("00"), text)), "general_argument_invalid");
        assert_eq!(kind(documents.find(None, text)), "ok");
    }

    #[test]
    fn with_trusted_documents_nothing_else_is_admitted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("me.graphql"), "{ accountGet { name } }").unwrap();
        std::fs::write(folder.path().join("all.json"), r#"{"a1": "{ accountGet { _id } }"}"#)
            .unwrap();
        let documents = open(true, Some(folder.path())).unwrap();
        let hash = sha256_hex(b"{ accountGet { name } }");

        for id in ["accountGet", "me", &hash, &format!("sha256:{hash}"), "a1"] {
            assert_eq!(kind(documents.find(Some(id), "")), "ok", "{id}");
        }
        let text = "{ accountGet { name } }";
        assert_eq!(kind(documents.find(Some(&hash), text)), "ok");
        assert_eq!(kind(documents.find(None, text)), "graphql_document_not_trusted");
        let other = "{ __typename }";
        let id = sha256_hex(other.as_bytes());
        assert_eq!(kind(documents.find(Some(&id), other)), "graphql_document_not_trusted");
        assert_eq!(kind(documents.find(Some("nobody"), "")), "graphql_document_not_trusted");
    }

    #[test]
    fn a_document_that_cannot_be_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("all.json"), "[1]").unwrap();

        let error = open(true, Some(folder.path())).unwrap_err();

        assert!(format!("{error:#}").contains("all.json"), "{error:#}");
    }
}
