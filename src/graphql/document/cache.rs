//! A cache of checked documents, so that each is checked once.

use std::sync::Arc;

use moka::sync::Cache;

use super::Checked;

/// The memory that checked documents may take, in bytes as `weight` estimates them.
const CAPACITY: u64 = 16 * 1024 * 1024;
/// The size of a document without its text and tokens: at most 16,384 are cached.
const OVERHEAD: usize = 1024;
/// The size of a parsed token: the engine's `Field` has more than 170 bytes, and its name is a copy.
const TOKEN: usize = 200;

/// The valid documents by their text.
#[derive(Debug)]
pub struct CheckedDocuments(Cache<Arc<str>, Arc<Checked>>);

impl Default for CheckedDocuments {
    fn default() -> Self {
        let weigh = |text: &Arc<str>, checked: &Arc<Checked>| weight(text, checked);
        Self(Cache::builder().max_capacity(CAPACITY).weigher(weigh).build())
    }
}

impl CheckedDocuments {
    /// The cached document of a text.
    pub fn find(&self, text: &str) -> Option<Arc<Checked>> {
        self.0.get(text)
    }

    /// Caches a document.
    ///
    /// Not if it was sent with string literals: they may be passwords, and rarely repeat.
    pub fn keep(&self, text: &Arc<str>, checked: &Arc<Checked>, is_persisted: bool) {
        if is_persisted || !checked.has_strings {
            self.0.insert(Arc::clone(text), Arc::clone(checked));
        }
    }
}

fn weight(text: &str, checked: &Checked) -> u32 {
    let parsed = checked.tokens.saturating_mul(TOKEN);
    let weight = text.len().saturating_add(parsed).saturating_add(OVERHEAD);
    u32::try_from(weight).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DocumentLimits;
    use crate::graphql::catalog::Catalog;
    use crate::graphql::document::check;

    fn checked(text: &str) -> Arc<Checked> {
        let catalog = Catalog::read_types("type Query { a(s: String): Int }").unwrap();
        Arc::new(check(text, &catalog, &DocumentLimits::default(), true).unwrap())
    }

    #[test]
    fn a_document_is_found_by_its_text() {
        let documents = CheckedDocuments::default();
        let text: Arc<str> = "{ a }".into();

        documents.keep(&text, &checked(&text), false);

        assert!(documents.find("{ a }").is_some());
        assert!(documents.find("{ a b }").is_none());
    }

    #[test]
    fn a_literal_is_not_kept_unless_its_document_is_persisted() {
        let documents = CheckedDocuments::default();
        let text: Arc<str> = "{ a(s: \"hunter2\") }".into();
        let literal = checked(&text);

        documents.keep(&text, &literal, false);
        assert!(documents.find(&text).is_none());
        documents.keep(&text, &literal, true);
        assert!(documents.find(&text).is_some());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let documents = CheckedDocuments::default();
        for number in 0..20_000 {
            let text: Arc<str> = format!("{{ a{number}: a }}").into();
            documents.keep(&text, &checked(&text), false);
        }
        documents.0.run_pending_tasks();

        assert!(documents.0.weighted_size() <= CAPACITY);
        assert!(documents.0.entry_count() > 1_000);
    }
}
