//! Finds the fields of a document.

use async_graphql::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql_value::Value;

/// All fields of a document, including those of fragments.
pub(super) fn fields(document: &ExecutableDocument) -> Vec<&Positioned<Field>> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
    let mut sets: Vec<&Positioned<SelectionSet>> = operations.chain(fragments).collect();
    let mut fields = Vec::new();
    while let Some(set) = sets.pop() {
        for selection in &set.node.items {
            match &selection.node {
                Selection::Field(field) => {
                    sets.push(&field.node.selection_set);
                    fields.push(field);
                }
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    fields
}

/// The name of the argument that uses a variable, also within a list or an object.
pub(super) fn argument_of(document: &ExecutableDocument, variable: &str) -> Option<String> {
    let mut arguments = fields(document).into_iter().flat_map(|field| &field.node.arguments);
    let (name, _) = arguments.find(|(_, value)| contains(&value.node, variable))?;
    Some(name.node.to_string())
}

/// The recursion is bounded by the limit on nesting.
fn contains(value: &Value, variable: &str) -> bool {
    match value {
        Value::Variable(name) => name == variable,
        Value::List(items) => items.iter().any(|item| contains(item, variable)),
        Value::Object(fields) => fields.values().any(|field| contains(field, variable)),
        Value::Null
        | Value::Number(_)
        | Value::String(_)
        | Value::Boolean(_)
        | Value::Binary(_)
        | Value::Enum(_) => false,
    }
}
