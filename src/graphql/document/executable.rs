//! The document that the engine runs: valid, and rewritten where the engine doesn't follow the
//! specification.

use std::collections::{HashMap, HashSet};

use async_graphql::Positioned;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment,
    OperationType, Selection, SelectionSet,
};

use super::DocumentError;
use super::conditions::is_condition;
use super::syntax::{Document, Operation};
use crate::graphql::catalog::{Catalog, named, root};

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

/// What of a document the engine runs: nothing that is selected of objects over rows, since they write themselves by the
/// shape of the response.
pub(super) fn without_rows(document: &ExecutableDocument, catalog: &Catalog) -> ExecutableDocument {
    let ExecutableDocument { mut operations, mut fragments } = document.clone();
    let operations_of = match &mut operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations_of {
        let operation = &mut operation.node;
        leave_out_rows(&mut operation.selection_set.node, root(operation.ty), catalog);
    }
    fragments.retain(|_, fragment| !is_row(&fragment.node.type_condition.node.on.node, catalog));
    for fragment in fragments.values_mut() {
        let FragmentDefinition { type_condition, selection_set, .. } = &mut fragment.node;
        leave_out_rows(&mut selection_set.node, &type_condition.node.on.node, catalog);
    }
    ExecutableDocument { operations, fragments }
}

/// Leaves out what is selected of objects over rows, where `set` is selected of the type `on`. It recurses as deep as
/// selections may nest.
fn leave_out_rows(set: &mut SelectionSet, on: &str, catalog: &Catalog) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => {
                let Field { name, selection_set, .. } = &mut field.node;
                let Some(declared) = catalog.field(on, &name.node) else {
                    continue;
                };
                let on = named(&declared.ty.node);
                if is_row(on, catalog) {
                    *selection_set = Positioned::default();
                } else {
                    leave_out_rows(&mut selection_set.node, on, catalog);
                }
            }
            Selection::InlineFragment(inline) => {
                let InlineFragment { type_condition, selection_set, .. } = &mut inline.node;
                let on = type_condition.as_ref().map_or(on, |condition| &condition.node.on.node);
                leave_out_rows(&mut selection_set.node, on, catalog);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn is_row(name: &str, catalog: &Catalog) -> bool {
    catalog.composite(name).is_some_and(|object| object.is_row)
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
