//! Trusted documents: those of `schema/operations` and of the folder `graphql.documents`, known from the start.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use rust_embed::RustEmbed;

use crate::config::graphql::GraphQl;
use crate::crypto::sha256_hex;
use crate::graphql::document::Checked;

/// The documents that come with the server.
#[derive(RustEmbed)]
#[folder = "schema/operations"]
struct Operations;

/// The documents of the console, which it names `console/<name>`: they run also if nothing else may.
#[derive(RustEmbed)]
#[folder = "schema/console"]
#[prefix = "console/"]
struct ConsoleOperations;

/// The documents that requests may name.
#[derive(Debug, Default)]
pub struct TrustedDocuments {
    /// By the SHA-256 of their text, and by their name.
    documents: HashMap<String, Arc<TrustedDocument>>,
    /// Whether nothing else may run.
    pub(super) only: bool,
}

/// A document that is checked when it is asked for the first time, and stays.
#[derive(Debug, Default)]
pub(super) struct TrustedDocument {
    pub(super) text: String,
    pub(super) checked: OnceLock<Arc<Checked>>,
}

impl TrustedDocuments {
    /// Reads the documents that `config` trusts. Fails when one can't be read.
    pub fn open(config: &GraphQl) -> anyhow::Result<Self> {
        let mut trusted = Self { only: config.trusted_documents, ..Self::default() };
        for file in Operations::iter() {
            let text = Operations::get(&file).map(|file| file.data.into_owned());
            let name = Path::new(file.as_ref()).file_name().unwrap_or_default();
            trusted.read(Path::new(name), &text.unwrap_or_default())?;
        }
        for file in ConsoleOperations::iter() {
            let text = ConsoleOperations::get(&file).map(|file| file.data.into_owned());
            trusted.read(Path::new(file.as_ref()), &text.unwrap_or_default())?;
        }
        if let Some(folder) = &config.documents {
            let place = || format!("graphql.documents: {}", folder.display());
            for file in fs::read_dir(folder).with_context(place)? {
                let path = file.with_context(place)?.path();
                let text = || format!("graphql.documents: {}", path.display());
                if path.is_file() {
                    let name = Path::new(path.file_name().unwrap_or_default());
                    trusted.read(name, &fs::read(&path).with_context(text)?).with_context(text)?;
                }
            }
        }
        Ok(trusted)
    }

    pub(super) fn find(&self, id: &str) -> Option<&TrustedDocument> {
        self.documents.get(id).map(|document| &**document)
    }

    /// Adds the documents of a file: one of GraphQL, named as the file, or the JSON object of texts by their ids that code
    /// generators write.
    fn read(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let document = |text| Arc::new(TrustedDocument { text, checked: OnceLock::new() });
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("graphql" | "gql") => {
                let document = document(str::from_utf8(bytes)?.to_owned());
                let name = path.with_extension("").to_string_lossy().into_owned();
                self.documents.insert(sha256_hex(bytes), Arc::clone(&document));
                self.documents.insert(name, document);
            }
            Some("json") => {
                let texts: HashMap<String, String> = serde_json::from_slice(bytes)?;
                self.documents.extend(texts.into_iter().map(|(id, text)| (id, document(text))));
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_cannot_be_read_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("all.json"), "[1]").unwrap();
        let config = GraphQl {
            introspection: false,
            graphiql: false,
            trusted_documents: true,
            documents: Some(folder.path().to_path_buf()),
        };

        let error = TrustedDocuments::open(&config).unwrap_err();

        assert!(format!("{error:#}").contains("all.json"), "{error:#}");
    }
}
