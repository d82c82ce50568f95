//! The parser of documents: GraphQL's grammar for what clients send (specification of September 2025, section 2).
//!
//! It makes the engine's own types, so that the engine takes what was read here. The engine's parser knows neither
//! surrogate pairs nor `\u{1F600}`, forgets keys that come twice, and takes no descriptions (docs/decisions.md).

use std::collections::HashMap;

use async_graphql::parser::types::{FragmentDefinition, OperationDefinition};
use async_graphql::{Name, Pos, Positioned};

use super::{DocumentError, DocumentErrorKind};

mod definitions;
mod lexer;
mod strings;
mod values;

use definitions::Parser;

/// A document as it was written. Names may come twice, which the validation refuses.
#[derive(Debug)]
pub(super) struct Document {
    /// The operations, in their order.
    pub(super) operations: Vec<Operation>,
    /// The fragments, in their order.
    pub(super) fragments: Vec<Fragment>,
    /// Keys of object literals that the literal has already.
    pub(super) repeated_keys: Vec<Positioned<Name>>,
    /// Whether there is a string literal in it.
    pub(super) has_strings: bool,
}

/// An operation with its name.
#[derive(Debug)]
pub(super) struct Operation {
    /// Its name, if it has one.
    pub(super) name: Option<Positioned<Name>>,
    /// What it is.
    pub(super) definition: Positioned<OperationDefinition>,
}

/// A fragment with its name.
#[derive(Debug)]
pub(super) struct Fragment {
    /// Its name.
    pub(super) name: Positioned<Name>,
    /// What it is.
    pub(super) definition: Positioned<FragmentDefinition>,
}

impl Document {
    /// The fragments by their names; of several with one name, the first.
    pub(super) fn fragments_by_name(&self) -> HashMap<&str, &FragmentDefinition> {
        let fragments = self.fragments.iter().rev();
        fragments.map(|one| (one.name.node.as_str(), &one.definition.node)).collect()
    }
}

/// Reads a text whose brackets nest no deeper than the stack can bear.
pub(super) fn parse(text: &str) -> Result<Document, DocumentError> {
    Parser::new(text)?.document()
}

/// Refuses a text at a place. `problem` quotes nothing of the text, which may hold a password.
fn refuse(pos: Pos, problem: &str) -> DocumentError {
    let Pos { line, column } = pos;
    let message = format!("Syntax error at line {line}, column {column}: {problem}.");
    DocumentError::new(DocumentErrorKind::Syntax, message, Some(pos))
}

#[cfg(test)]
mod tests;
