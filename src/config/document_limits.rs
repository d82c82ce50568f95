//! How much a document may ask for.

use serde::Deserialize;

/// The caps on documents (GQ-5). What is at a cap passes; one more is refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentLimits {
    /// The length of the text without what stands in its strings, in bytes.
    pub document_bytes: usize,
    /// The length of a name, in bytes.
    pub name_bytes: usize,
    /// Names, numbers, strings, punctuation marks and comments.
    pub tokens: usize,
    /// Brackets within brackets, with fragments put in their places.
    pub nesting: usize,
    /// Operations of one document, whether or not they run.
    pub operations: usize,
    /// Fragments of one document.
    pub fragments: usize,
    /// Variables of one operation.
    pub variables: usize,
    /// Fields with a selection below the topmost ones.
    pub depth: usize,
    /// Fields, with fragments put in their places.
    pub complexity: usize,
    /// Fields of the operation itself, with fragments put in their places.
    pub root_fields: usize,
    /// Fields under another name, with fragments put in their places.
    pub aliases: usize,
    /// All fields, those of introspection included.
    pub selections: usize,
    /// Levels of selections below `__schema` and `__type`, whose fields count neither for depth nor for complexity.
    pub introspection_depth: usize,
    /// Directives at one place.
    pub directives_per_field: usize,
    /// Directives of the whole document.
    pub directives: usize,
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
