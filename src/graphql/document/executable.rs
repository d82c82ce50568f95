//! The document that the engine runs: valid, and rewritten where the engine doesn't follow the
//! specification.

use std::collections::{HashMap, HashSet};

use async_graphql::Positioned;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationType, Selection,
    SelectionSet,
};

use super::DocumentError;
use super::conditions::is_condition;
use super::syntax::{Document, Operation};

/// A root field of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct RootField<'a> {
    /// The field.
    pub(super) field: &'a Positioned<Field>,
    /// Whether the field, or a fragment around it, has a condition.
    pub(super) is_conditional: bool,
}

/// The root fields of an operation in order, with fragments expanded.
pub(super) fn root_fields<'a>(
    set: &'a SelectionSet,
    fragments: &HashMap<&str, &'a FragmentDefinition>,
) -> Vec<RootField<'a>> {
    let mut found = Vec::new();
    let mut rest = vec![(set.items.iter(), false)];
    while let Some((items, within_condition)) = rest.last_mut() {
        let Some(item) = items.next() else {
            rest.pop();
            continue;
        };
        let mut directives = item.node.directives().iter();
        let is_conditional =
            *within_condition || directives.any(|directive| is_condition(&directive.node));
        match &item.node {
            Selection::Field(field) => found.push(RootField { field, is_conditional }),
            Selection::InlineFragment(inline) => {
                rest.push((inline.node.selection_set.node.items.iter(), is_conditional));
            }
            Selection::FragmentSpread(spread) => {
                let fragment = fragments.get(spread.node.fragment_name.node.as_str());
                let items = fragment.map(|fragment| fragment.selection_set.node.items.iter());
                rest.extend(items.map(|items| (items, is_conditional)));
            }
        }
    }
    found
}

/// Rejects a mutation that selects a key twice, even if the fields could be merged: the engine would run
/// both.
pub(super) fn refuse_repeated_keys(document: &Document) -> Result<(), DocumentError> {
    let fragments = document.fragments_by_name();
    for operation in &document.operations {
        let operation = &operation.definition.node;
        let mut keys = HashSet::new();
        if operation.ty != OperationType::Mutation {
            continue;
        }
        for RootField { field, .. } in root_fields(&operation.selection_set.node, &fragments) {
            if !keys.insert(field.node.response_key().node.as_str()) {
                let message = "A mutation can't select two fields under one key: use aliases.";
                return Err(DocumentError::invalid(message, Some(field.pos)));
            }
        }
    }
    Ok(())
}

/// Makes the document for the engine.
pub(super) fn make(mut document: Document) -> ExecutableDocument {
    let subscriptions = document.operations.iter().map(|operation| {
        let operation = &operation.definition.node;
        let is_subscription = operation.ty == OperationType::Subscription;
        let set = &operation.selection_set.node;
        is_subscription.then(|| merged(&root_fields(set, &document.fragments_by_name()))).flatten()
    });
    let subscriptions: Vec<_> = subscriptions.collect();
    for (operation, merged) in document.operations.iter_mut().zip(subscriptions) {
        if let Some(field) = merged {
            let item = Positioned::new(Selection::Field(field.clone()), field.pos);
            operation.definition.node.selection_set.node.items = vec![item];
        }
    }
    let fragments = document.fragments.into_iter();
    let fragments = fragments.map(|fragment| (fragment.name.node, fragment.definition)).collect();
    ExecutableDocument { operations: operations(document.operations), fragments }
}

/// Merges the selections of one key into one field: the engine runs only a field that is directly in the
/// subscription.
fn merged(fields: &[RootField<'_>]) -> Option<Positioned<Field>> {
    let (first, others) = fields.split_first()?;
    let mut field = first.field.clone();
    for other in others {
        field
            .node
            .selection_set
            .node
            .items
            .extend(other.field.node.selection_set.node.items.clone());
    }
    Some(field)
}

fn operations(mut operations: Vec<Operation>) -> DocumentOperations {
    match operations.pop_if(|operation| operation.name.is_none()) {
        Some(anonymous) => DocumentOperations::Single(anonymous.definition),
        None => DocumentOperations::Multiple(
            operations
                .into_iter()
                .filter_map(|operation| Some((operation.name?.node, operation.definition)))
                .collect(),
        ),
    }
}
