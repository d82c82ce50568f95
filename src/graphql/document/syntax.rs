//! The parser of documents: GraphQL's grammar for what clients send (specification of September 2025, section 2).
//!
//! It creates the engine's own types. The engine's parser doesn't support surrogate pairs, `\u{1F600}` and
//! descriptions, and drops duplicate keys (docs/decisions.md).

use std::collections::HashMap;

use async_graphql::parser::types::{FragmentDefinition, OperationDefinition};
use async_graphql::{Name, Pos, Positioned};

use super::{DocumentError, DocumentErrorKind};

mod definitions;
mod lexer;
mod strings;
mod values;

use definitions::Parser;

/// A parsed document. Names may be duplicated; validation rejects that.
#[derive(Debug)]
pub(super) struct Document {
    /// The operations in order.
    pub(super) operations: Vec<Operation>,
    /// The fragments in order.
    pub(super) fragments: Vec<Fragment>,
    /// Duplicate keys of object literals.
    pub(super) repeated_keys: Vec<Positioned<Name>>,
    /// Whether it has a string literal.
    pub(super) has_strings: bool,
}

/// An operation with its name.
#[derive(Debug)]
pub(super) struct Operation {
    /// Its name, if it has one.
    pub(super) name: Option<Positioned<Name>>,
    /// Its definition.
    pub(super) definition: Positioned<OperationDefinition>,
}

/// A fragment with its name.
#[derive(Debug)]
pub(super) struct Fragment {
    /// Its name.
    pub(super) name: Positioned<Name>,
    /// Its definition.
    pub(super) definition: Positioned<FragmentDefinition>,
}

impl Document {
    /// The fragments by name; the first if there are several.
    pub(super) fn fragments_by_name(&self) -> HashMap<&str, &FragmentDefinition> {
        let fragments = self.fragments.iter().rev();
        fragments.map(|one| (one.name.node.as_str(), &one.definition.node)).collect()
    }
}

/// Parses a document whose brackets nest no deeper than the stack allows.
pub(super) fn parse(text: &str) -> Result<Document, DocumentError> {
    Parser::new(text)?.document()
}

/// An error at a position. `problem` must not quote the document, which may contain a password.
fn refuse(pos: Pos, problem: &str) -> DocumentError {
    let Pos { line, column } = pos;
    let message = format!("Syntax error at line {line}, column {column}: {problem}.");
    DocumentError::new(DocumentErrorKind::Syntax, message, Some(pos))
}

#[cfg(test)]
mod tests;
