//! Limits of GraphQL documents.

use serde::Deserialize;

/// Limits of documents (GQ-5), each the largest allowed value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentLimits {
    /// The length without the contents of strings, in bytes.
    pub document_bytes: usize,
    /// The length of a name, in bytes.
    pub name_bytes: usize,
    /// Tokens: names, numbers, strings, punctuation marks and comments.
    pub tokens: usize,
    /// Nesting of brackets, with fragments expanded.
    pub nesting: usize,
    /// Operations of one document, used or not.
    pub operations: usize,
    /// Fragments of one document.
    pub fragments: usize,
    /// Variables of one operation.
    pub variables: usize,
    /// Levels of fields with a selection below the root.
    pub depth: usize,
    /// Fields, with fragments expanded.
    pub complexity: usize,
    /// Root fields, with fragments expanded.
    pub root_fields: usize,
    /// Aliases, with fragments expanded.
    pub aliases: usize,
    /// All fields, including introspection.
    pub selections: usize,
    /// Levels of selections below `__schema` and `__type`, whose fields count neither for depth nor for
    /// complexity.
    pub introspection_depth: usize,
    /// Directives at one place.
    pub directives_per_field: usize,
    /// Directives of the whole document.
    pub directives: usize,
}

impl DocumentLimits {
    /// The most that `nesting` may be: what walks a document recurses no deeper.
    pub const MAX_NESTING: usize = 64;
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self {
            document_bytes: 32 * 1024,
            name_bytes: 128,
            tokens: 2_000,
            nesting: 64,
            operations: 10,
            fragments: 20,
            variables: 50,
            depth: 3,
            complexity: 250,
            root_fields: 20,
            aliases: 30,
            selections: 1_000,
            introspection_depth: 16,
            directives_per_field: 8,
            directives: 32,
        }
    }
}
