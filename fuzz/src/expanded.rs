//! A second measure of documents, as simple as can be: it puts every fragment in its place and counts.
//!
//! It takes exponential time on what the guard is there to refuse, so it is for documents that have passed.

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};

/// What an operation asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expanded {
    /// Fields of the operation itself.
    pub root_fields: usize,
    /// All fields.
    pub selections: usize,
    /// All fields but those below `__schema` and `__type`.
    pub complexity: usize,
    /// Fields under another name.
    pub aliases: usize,
    /// Fields with a selection on the way to the deepest field; introspection is left out.
    pub levels: usize,
    /// Whether it asks for the schema.
    pub introspects: bool,
}

/// Counts the fields of `set`.
pub fn expand(document: &ExecutableDocument, set: &SelectionSet) -> Expanded {
    let mut counted = Expanded::default();
    for item in &set.items {
        let part = match &item.node {
            Selection::Field(field) => field_of(document, &field.node),
            Selection::InlineFragment(inline) => expand(document, &inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                let fragment = fragment.expect("a document that passed knows its fragments");
                expand(document, &fragment.node.selection_set.node)
            }
        };
        counted = Expanded {
            root_fields: counted.root_fields + part.root_fields,
            selections: counted.selections + part.selections,
            complexity: counted.complexity + part.complexity,
            aliases: counted.aliases + part.aliases,
            levels: counted.levels.max(part.levels),
            introspects: counted.introspects || part.introspects,
        };
    }
    counted
}

fn field_of(document: &ExecutableDocument, field: &Field) -> Expanded {
    let below = expand(document, &field.selection_set.node);
    let introspects = matches!(field.name.node.as_str(), "__schema" | "__type");
    let has_selection = !field.selection_set.node.items.is_empty();
    Expanded {
        root_fields: 1,
        selections: below.selections + 1,
        complexity: if introspects { 1 } else { below.complexity + 1 },
        aliases: below.aliases + usize::from(field.alias.is_some()),
        levels: if introspects || !has_selection { 0 } else { below.levels + 1 },
        introspects: introspects || below.introspects,
    }
}
