//! What is selected of an object over a row.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{FragmentDefinition, Selection as Item, SelectionSet};
use async_graphql::{Name, Positioned};

use super::{Field, Object};
use crate::graphql::json::{Form, JsonWriter};

/// The fragments of a document.
type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// What is selected of an object.
#[derive(Clone, Copy)]
pub enum Selection<'a> {
    /// All that everyone may see who sees the object.
    Everything,
    /// What a valid document selects, under one key.
    Sets(&'a [&'a SelectionSet], &'a Fragments),
}

/// The selected fields of an object, found once for all objects of a list.
pub struct Plan<'a, T: 'static> {
    /// By key, in the order of the document.
    fields: IndexMap<&'a str, Planned<'a, T>>,
    /// Without a document: everything is selected.
    fragments: Option<&'a Fragments>,
}

struct Planned<'a, T: 'static> {
    /// None for `__typename`.
    field: Option<&'static Field<T>>,
    /// What is selected of its value.
    sets: Vec<&'a SelectionSet>,
}

impl<'a, T: Object> Plan<'a, T> {
    /// Finds the selected fields.
    pub fn new(selection: Selection<'a>) -> Self {
        let mut plan = Self { fields: IndexMap::new(), fragments: None };
        match selection {
            Selection::Everything => {
                let visible = T::FIELDS.iter().copied().flatten().filter(|it| it.access.is_none());
                plan.fields = visible
                    .map(|field| (field.name, Planned { field: Some(field), sets: Vec::new() }))
                    .collect();
            }
            Selection::Sets(sets, fragments) => {
                plan.fragments = Some(fragments);
                for set in sets {
                    plan.collect(set, fragments);
                }
            }
        }
        plan
    }

    /// Adds the selected fields, including those of fragments: in a valid document, each fragment on an object applies to it.
    fn collect(&mut self, set: &'a SelectionSet, fragments: &'a Fragments) {
        for item in &set.items {
            match &item.node {
                Item::Field(selected) => {
                    let selected = &selected.node;
                    let planned =
                        self.fields.entry(&selected.response_key().node).or_insert_with(|| {
                            let mut fields = T::FIELDS.iter().copied().flatten();
                            let field = fields.find(|it| it.name == selected.name.node.as_str());
                            Planned { field, sets: Vec::new() }
                        });
                    let of_value = &selected.selection_set.node;
                    if !of_value.items.is_empty() {
                        planned.sets.push(of_value);
                    }
                }
                Item::InlineFragment(inline) => {
                    self.collect(&inline.node.selection_set.node, fragments);
                }
                Item::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        self.collect(&fragment.node.selection_set.node, fragments);
                    }
                }
            }
        }
    }

    /// Writes the selected fields of an object.
    pub fn write(&self, object: &T, json: &mut JsonWriter) {
        if let (Form::Rest, Some(stored)) = (json.form(), object.stored()) {
            json.raw(stored.trim());
            return;
        }
        json.object(|json| {
            for (key, Planned { field, sets }) in &self.fields {
                json.key(key);
                let selection = self
                    .fragments
                    .map_or(Selection::Everything, |fragments| Selection::Sets(sets, fragments));
                match field {
                    Some(field) => (field.write)(object, selection, json),
                    None => json.text(T::NAME),
                }
            }
        });
    }
}
