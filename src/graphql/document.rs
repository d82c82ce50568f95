//! The document guard: everything that happens to a GraphQL document before the engine sees it.
//!
//! All of it takes time linear in the document. The engine alone walks fragments without memory and values without
//! end, so that one small document could stop it (security.md D1).

use async_graphql::Pos;
use async_graphql::Positioned;
use async_graphql::Variables;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::DocumentOperations;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::parser::types::Field;
use async_graphql::parser::types::OperationDefinition;
use async_graphql::parser::types::OperationType;
use async_graphql::parser::types::Selection;
use async_graphql::parser::types::SelectionSet;

mod conditions;
mod fields;
mod limits;
mod measure;
mod scan;

use fields::argument_of;
use fields::fields;
pub use limits::Limits;
use measure::Measuring;

/// A document that may be executed.
#[derive(Debug)]
pub struct Checked {
    document: ExecutableDocument,
    operation_name: Option<String>,
}

/// Why a document may not be executed. The message quotes nothing of the document but the name of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A sentence for the client.
    pub message: String,
    /// The place at fault, where there is one.
    pub position: Option<Pos>,
    /// What is wrong.
    pub kind: RefusalKind,
    /// The argument at fault, where it is one.
    pub argument: Option<String>,
}

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// It is no GraphQL.
    Syntax,
    /// It is more than the server takes.
    Limit,
    /// It contradicts itself, the request, or what the server offers.
    Invalid,
}

impl Refusal {
    fn new(kind: RefusalKind, message: impl Into<String>, position: Option<Pos>) -> Self {
        Self { message: message.into(), position, kind, argument: None }
    }

    fn limit(what: &str, most: usize) -> Self {
        let message = format!("The document has too many {what}: at most {most} are allowed.");
        Self::new(RefusalKind::Limit, message, None)
    }

    fn invalid(message: impl Into<String>, position: Option<Pos>) -> Self {
        Self::new(RefusalKind::Invalid, message, position)
    }
}

/// Checks a document with the operation to run and its variables against `limits`; `introspection` admits `__schema`
/// and `__type`.
pub fn check(
    text: &str,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
    introspection: bool,
) -> Result<Checked, Refusal> {
    if text.len() > limits.document_bytes {
        return Err(Refusal::limit("bytes", limits.document_bytes));
    }
    scan::check(text, limits)?;
    let document = parse_query(text).map_err(syntax_error)?;
    if document.fragments.len() > limits.fragments {
        return Err(Refusal::limit("fragments", limits.fragments));
    }
    if document.operations.iter().count() > limits.operations {
        return Err(Refusal::limit("operations", limits.operations));
    }
    let operation = choose(&document.operations, operation_name)?;
    let mut measuring = Measuring::new(&document, limits, introspection);
    // The engine validates all operations, so all of them are bounded.
    for (_, other) in document.operations.iter() {
        measuring.operation(&other.node)?;
    }
    measuring.unused_fragments()?;
    if operation.ty == OperationType::Mutation {
        measuring.refuse_repeated_keys(&operation.selection_set.node)?;
    }
    if operation.ty == OperationType::Subscription {
        require_one_field(&operation.selection_set.node)?;
    }
    require_variables(&document, operation, variables)?;
    conditions::check(&document, operation, variables)?;
    let operation_name = operation_name.map(str::to_owned);
    Ok(Checked { document, operation_name })
}

impl Checked {
    /// A document of the server's own, which needs no limits. Fails when it is no GraphQL.
    pub fn own(text: &str) -> anyhow::Result<Self> {
        Ok(Self { document: parse_query(text)?, operation_name: None })
    }

    /// The document.
    pub fn document(&self) -> &ExecutableDocument {
        &self.document
    }

    /// The operation that will run.
    pub fn operation(&self) -> Option<&OperationDefinition> {
        choose(&self.document.operations, self.operation_name.as_deref()).ok()
    }

    /// Gives `variables` the defaults of those that the client left out.
    pub fn fill_in_defaults(&self, variables: &mut Variables) {
        if let Some(operation) = self.operation() {
            conditions::fill_in_defaults(operation, variables);
        }
    }

    /// All fields of the document, those of fragments included.
    pub(super) fn fields(&self) -> Vec<&Positioned<Field>> {
        fields(&self.document)
    }

    /// Whether the operation reads, changes or subscribes.
    pub fn operation_type(&self) -> OperationType {
        self.operation().map_or(OperationType::Query, |operation| operation.ty)
    }

    /// The selections of a fragment.
    pub(super) fn fragment(&self, name: &str) -> Option<&SelectionSet> {
        Some(&self.document.fragments.get(name)?.node.selection_set.node)
    }
}

/// The operation to run: the one that is named, or the only one.
fn choose<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    let found = match (operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            all.next().filter(|_| all.next().is_none())
        }
    };
    let refuse = || match name {
        Some(_) => Refusal::invalid("The document has no operation of the requested name.", None),
        None => Refusal::invalid("The document has several operations: name one of them.", None),
    };
    found.map(|operation| &operation.node).ok_or_else(refuse)
}

/// Refuses a subscription to more than one field (GraphQL specification, 5.2.4.1). The field stands in the operation
/// itself, since the engine follows no others.
fn require_one_field(set: &SelectionSet) -> Result<(), Refusal> {
    if let [selection] = set.items.as_slice()
        && let Selection::Field(field) = &selection.node
        && !field.node.name.node.starts_with("__")
    {
        return Ok(());
    }
    let position = set.items.first().map(|selection| selection.pos);
    Err(Refusal::invalid(
        "A subscription has exactly one field, and it stands in no fragment.",
        position,
    ))
}

/// Refuses an operation whose required variables are not all there: the engine would find out in the middle of it.
fn require_variables(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        // A default stands in for what is missing, but not for null.
        let missing = match variables.get(&variable.name.node) {
            Some(value) => *value == async_graphql::Value::Null,
            None => variable.default_value.is_none(),
        };
        if missing && !variable.var_type.node.nullable {
            let message = format!("The variable ${} is required.", variable.name.node);
            let refusal = Refusal::invalid(message, Some(definition.pos));
            let argument = argument_of(document, &variable.name.node);
            return Err(Refusal { argument, ..refusal });
        }
    }
    Ok(())
}

/// The parser's own text quotes the line at fault, which may hold a password.
#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn syntax_error(error: async_graphql::parser::Error) -> Refusal {
    let position = error.positions().next();
    let message = match position {
        Some(Pos { line, column }) => format!("Syntax error at line {line}, column {column}."),
        None => "Syntax error.".to_owned(),
    };
    Refusal::new(RefusalKind::Syntax, message, position)
}

#[cfg(test)]
mod tests;
