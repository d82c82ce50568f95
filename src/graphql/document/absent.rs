//! Removes fields of object literals whose variable was not given (specification, 3.10). The engine would
//! use null.

use async_graphql::Variables;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Selection, SelectionSet,
};
use async_graphql_value::Value;

/// Removes the fields of object literals whose variable has no value. In a list, such a variable is null.
pub(super) fn leave_out(document: &mut ExecutableDocument, variables: &Variables) {
    let mut sets: Vec<&mut SelectionSet> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node.selection_set.node],
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().map(|it| &mut it.node.selection_set.node).collect()
        }
    };
    let fragments = document.fragments.values_mut();
    sets.extend(fragments.map(|fragment| &mut fragment.node.selection_set.node));
    while let Some(set) = sets.pop() {
        for item in &mut set.items {
            match &mut item.node {
                Selection::Field(field) => {
                    for (_, value) in &mut field.node.arguments {
                        leave_out_of(&mut value.node, variables);
                    }
                    sets.push(&mut field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    sets.push(&mut inline.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

/// The recursion is bounded by the limit on nesting.
fn leave_out_of(value: &mut Value, variables: &Variables) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| match value {
                Value::Variable(name) => variables.contains_key(name),
                _ => true,
            });
            for value in fields.values_mut() {
                leave_out_of(value, variables);
            }
        }
        Value::List(items) => {
            for value in items {
                leave_out_of(value, variables);
            }
        }
        Value::Variable(_)
        | Value::Null
        | Value::Number(_)
        | Value::String(_)
        | Value::Boolean(_)
        | Value::Binary(_)
        | Value::Enum(_) => {}
    }
}
