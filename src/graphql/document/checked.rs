//! A checked document, with everything that is the same for all its requests.

use std::sync::Arc;

use async_graphql::Variables;
use async_graphql::parser::types::ExecutableDocument;

use super::shape::Shape;
use super::syntax::Document;
use super::{conditions, executable, syntax};
use crate::graphql::catalog::Catalog;

/// The size of a document besides its text, tokens and shape, in bytes: at most 16,384 fit into 16 MiB.
const OVERHEAD: usize = 1024;
/// The size of a parsed token: a `Field` has more than 170 bytes, its name is a copy, and the engine's document may have
/// both once more.
const TOKEN: usize = 400;
/// The size of a field of a shape.
const FIELD: usize = 120;

/// A valid document.
#[derive(Debug)]
pub struct Checked {
    pub(super) document: ExecutableDocument,
    /// What of the document the engine runs.
    pub(super) for_engine: ExecutableDocument,
    /// The shape of its responses; none if it depends on the choice of an operation or on variables.
    pub(super) shape: Option<Arc<Shape>>,
    /// Its estimated size in memory, in bytes.
    weight: usize,
    /// Whether it has string literals.
    has_strings: bool,
}

impl Checked {
    /// A valid document, with its text and the number of its tokens.
    pub(super) fn new(text: &str, tokens: usize, document: Document, catalog: &Catalog) -> Self {
        let has_strings = document.has_strings;
        let document = executable::make(document);
        let for_engine = executable::without_rows(&document, catalog);
        let mut operations = document.operations.iter();
        let only = operations.next().filter(|_| operations.next().is_none());
        let only = only.filter(|_| !conditions::has_any(&document));
        let shape = only.map(|(_, operation)| {
            Arc::new(Shape::new(&document, &operation.node, &Variables::default(), catalog))
        });
        let fields = shape.as_ref().map_or(0, |shape| shape.size());
        let parsed = tokens.saturating_mul(TOKEN).saturating_add(fields.saturating_mul(FIELD));
        let weight = text.len().saturating_add(parsed).saturating_add(OVERHEAD);
        Self { document, for_engine, shape, weight, has_strings }
    }

    /// Parses a document of the server itself, without limits.
    pub fn own(text: &str, catalog: &Catalog) -> anyhow::Result<Self> {
        let document = syntax::parse(text).map_err(|error| anyhow::anyhow!(error.message))?;
        Ok(Self::new(text, 0, document, catalog))
    }

    /// Its estimated size in memory, in bytes.
    pub(in super::super) fn weight(&self) -> u32 {
        u32::try_from(self.weight).unwrap_or(u32::MAX)
    }

    /// Whether it has string literals.
    pub(in super::super) fn has_strings(&self) -> bool {
        self.has_strings
    }
}
