//! The document guard: everything that happens to a GraphQL document before the engine sees it.
//!
//! A document is measured, parsed and validated once, in time linear in its selections, and cached. The
//! engine alone would follow fragments repeatedly, so that one small document could block it (D1).

use std::sync::Arc;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType,
};
use async_graphql::{Name, Pos, Positioned, Variables};

use crate::config::DocumentLimits;
use crate::graphql::catalog::Catalog;

mod absent;
mod checked;
mod coercion;
mod conditions;
mod event_size;
mod executable;
mod fields;
mod measure;
mod scan;
mod shape;
mod syntax;
mod validation;

pub use checked::Checked;
use fields::fields;
use measure::Measuring;
pub use shape::{FieldShape, Shape, ValueShape};
use syntax::Document;
pub(crate) use validation::suggestion;

/// An operation that can be executed: its variables are valid, too.
#[derive(Clone, Debug)]
pub struct Prepared {
    checked: Arc<Checked>,
    operation_name: Option<String>,
}

/// Why a document can't be executed. The message repeats shortened names from the document, and nothing
/// else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// A message for people.
    pub message: String,
    /// The position, if there is one.
    pub position: Option<Pos>,
    /// The kind of the error.
    pub kind: DocumentErrorKind,
    /// The argument, if it is about one.
    pub argument: Option<String>,
}

/// The kind of an error in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentErrorKind {
    /// It is not GraphQL.
    Syntax,
    /// It exceeds a limit.
    Limit,
    /// It is invalid, or doesn't fit the request or the schema.
    Invalid,
}

impl DocumentError {
    fn new(kind: DocumentErrorKind, message: impl Into<String>, position: Option<Pos>) -> Self {
        Self { message: message.into(), position, kind, argument: None }
    }

    fn limit(what: &str, max: usize) -> Self {
        let message = format!("The document has too many {what}: at most {max} are allowed.");
        Self::new(DocumentErrorKind::Limit, message, None)
    }

    /// The error for a document that is too long or has too many tokens. Usually a literal is the reason,
    /// which could be a variable.
    fn length(what: &str, max: usize) -> Self {
        let Self { message, .. } = Self::limit(what, max);
        let message = format!("{message} Send long values as variables.");
        Self::new(DocumentErrorKind::Limit, message, None)
    }

    fn invalid(message: impl Into<String>, position: Option<Pos>) -> Self {
        Self::new(DocumentErrorKind::Invalid, message, position)
    }
}

/// The longest name that a message repeats, in characters.
const MAX_NAME: usize = 64;

/// Quotes a name in a message, shortened: messages repeat no more than 200 characters of the request (C-05).
pub fn cut(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("`{}…`", name.get(..end).unwrap_or_default()),
        None => format!("`{name}`"),
    }
}

/// Checks a document against the limits and the schema. `introspection` allows `__schema` and `__type`, and
/// suggestions in errors, which reveal as much.
pub fn check(
    text: &str,
    catalog: &Catalog,
    limits: &DocumentLimits,
    introspection: bool,
) -> Result<Checked, Vec<DocumentError>> {
    let (document, tokens) = read(text, limits, introspection).map_err(|error| vec![error])?;
    let errors = validation::validate(&document, catalog, introspection);
    if !errors.is_empty() {
        return Err(errors);
    }
    executable::refuse_repeated_keys(&document).map_err(|error| vec![error])?;
    let checked = Checked::new(text, tokens, document, catalog);
    event_size::check(&checked.document, catalog).map_err(|error| vec![error])?;
    Ok(checked)
}

/// Parses a document within the limits. Its fragments exist and form no cycles.
fn read(
    text: &str,
    limits: &DocumentLimits,
    introspection: bool,
) -> Result<(Document, usize), DocumentError> {
    let tokens = scan::check(text, limits)?;
    let document = syntax::parse(text)?;
    if document.fragments.len() > limits.fragments {
        return Err(DocumentError::limit("fragments", limits.fragments));
    }
    if document.operations.len() > limits.operations {
        return Err(DocumentError::limit("operations", limits.operations));
    }
    let mut measuring = Measuring::new(&document, limits, introspection);
    // All operations are validated, so all of them are measured.
    for operation in &document.operations {
        measuring.operation(&operation.definition.node)?;
    }
    measuring.unused_fragments(&document)?;
    Ok((document, tokens))
}

impl Prepared {
    /// Selects the operation to run, and coerces its variables: each has its declared type, and missing ones
    /// get their defaults.
    pub fn new(
        checked: Arc<Checked>,
        operation_name: Option<&str>,
        variables: &mut Variables,
        catalog: &Catalog,
    ) -> Result<Self, Vec<DocumentError>> {
        let operation_name = operation_name.map(str::to_owned);
        let prepared = Self { checked, operation_name };
        let document = prepared.document();
        let operation = choose(&document.operations, prepared.operation_name.as_deref());
        let operation = operation.map_err(|error| vec![error])?;
        coercion::coerce(document, operation, variables, catalog)?;
        // A document that has its shape has no conditions.
        if prepared.checked.shape.is_none() {
            conditions::check(document, operation, variables).map_err(|error| vec![error])?;
        }
        conditions::fill_in_defaults(operation, variables);
        Ok(prepared)
    }

    /// The document.
    pub fn document(&self) -> &ExecutableDocument {
        &self.checked.document
    }

    /// The document for the engine, with these variables.
    pub fn executable(&self, variables: &Variables) -> ExecutableDocument {
        let mut document = self.checked.for_engine.clone();
        let definitions = self.operation().map(|operation| &operation.variable_definitions);
        let mut definitions = definitions.into_iter().flatten();
        if definitions.any(|definition| !variables.contains_key(&definition.node.name.node)) {
            absent::leave_out(&mut document, variables);
        }
        document
    }

    /// The shape of the answer with these variables.
    pub fn shape(&self, variables: &Variables, catalog: &Catalog) -> Arc<Shape> {
        if let Some(shape) = &self.checked.shape {
            return Arc::clone(shape);
        }
        let shape = self
            .operation()
            .map(|operation| Shape::new(self.document(), operation, variables, catalog));
        Arc::new(shape.unwrap_or_default())
    }

    /// The operation that will run.
    pub fn operation(&self) -> Option<&OperationDefinition> {
        choose(&self.document().operations, self.operation_name.as_deref()).ok()
    }

    /// All fields of the document, including those of fragments.
    pub(super) fn fields(&self) -> Vec<&Positioned<Field>> {
        fields(self.document())
    }

    /// The operation's name, if it has one.
    pub fn operation_name(&self) -> Option<&str> {
        match (&self.document().operations, self.operation_name.as_deref()) {
            (DocumentOperations::Single(_), _) => None,
            (DocumentOperations::Multiple(_), Some(name)) => Some(name),
            (DocumentOperations::Multiple(operations), None) => {
                operations.keys().next().map(Name::as_str)
            }
        }
    }

    /// The operation's type.
    pub fn operation_type(&self) -> OperationType {
        self.operation().map_or(OperationType::Query, |operation| operation.ty)
    }
}

/// The operation to run: the named one, or the only one.
fn choose<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, DocumentError> {
    let found = match (operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            all.next().filter(|_| all.next().is_none())
        }
    };
    let refuse = || {
        let message = match name {
            Some(name) => format!("The document has no operation named {}.", cut(name)),
            None if operations.iter().len() == 0 => "The document has no operation.".to_owned(),
            None => "The document has several operations: name one of them in `operationName`."
                .to_owned(),
        };
        DocumentError::invalid(message, None)
    };
    found.map(|operation| &operation.node).ok_or_else(refuse)
}

#[cfg(test)]
mod tests;
