//! 5.3.2: fields under one key can be merged.
//!
//! The specification compares each pair of fields, in quadratic time. But having the same shape, and being
//! the same field, are equivalences: comparing each field with the first of its key is enough. All
//! selections of one key are then checked together, so each selected field is visited once for each rule.
//! Fields of an abstract type are visited again for each object type beside them.

use std::collections::HashSet;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, Field, FieldDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Name, Pos};

use super::Validator;
use crate::graphql::catalog::{named, root};
use crate::graphql::document::cut;

/// Selections and their type.
type Selections<'a> = (&'a SelectionSet, &'a str);

/// A selected field and its parent type.
#[derive(Clone, Copy)]
struct Selected<'a> {
    on: &'a str,
    pos: Pos,
    field: &'a Field,
    definition: &'a FieldDefinition,
}

/// Fields by key, in order.
type Keys<'a> = IndexMap<&'a str, Vec<Selected<'a>>>;

impl<'a> Validator<'a> {
    /// Checks the fields of all operations. Fragments are expanded where they are used.
    pub(super) fn overlapping_fields(&mut self) {
        let document = self.document;
        for operation in &document.operations {
            let operation = &operation.definition.node;
            let sets = [(&operation.selection_set.node, root(operation.ty))];
            let keys = self.keys(&sets);
            let before = self.errors.len();
            self.same_shape(&keys);
            // Fields of different shapes are usually also different fields: reported once.
            if self.errors.len() == before {
                self.same_fields(&keys);
            }
        }
    }

    /// The fields of selections, with fragments expanded. Unknown ones are left out.
    fn keys(&self, sets: &[Selections<'a>]) -> Keys<'a> {
        let mut keys = Keys::new();
        let mut spread = HashSet::new();
        for (set, on) in sets {
            self.collect(set, on, &mut spread, &mut keys);
        }
        keys
    }

    /// The recursion, also through fragments, is bounded by the limit on nesting.
    fn collect(
        &self,
        set: &'a SelectionSet,
        on: &'a str,
        spread: &mut HashSet<&'a str>,
        keys: &mut Keys<'a>,
    ) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let (pos, field) = (field.pos, &field.node);
                    if let Some(definition) = self.catalog.any_field(on, &field.name.node) {
                        let selected = Selected { on, pos, field, definition };
                        let key = field.response_key().node.as_str();
                        keys.entry(key).or_default().push(selected);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| condition.node.on.node.as_str());
                    self.collect(&inline.node.selection_set.node, on, spread, keys);
                }
                Selection::FragmentSpread(fragment) => {
                    let name = fragment.node.fragment_name.node.as_str();
                    if spread.insert(name)
                        && let Some(fragment) = self.fragments.get(name).copied()
                    {
                        let on = &fragment.type_condition.node.on.node;
                        self.collect(&fragment.selection_set.node, on, spread, keys);
                    }
                }
            }
        }
    }

    /// `SameResponseShape`: fields of one key have the same shape.
    fn same_shape(&mut self, keys: &Keys<'a>) {
        for (key, fields) in keys {
            let Some((first, others)) = fields.split_first() else { continue };
            let expected = &first.definition.ty.node;
            let other = others
                .iter()
                .find(|other| !self.has_same_shape(expected, &other.definition.ty.node));
            if let Some(other) = other {
                let ty = &other.definition.ty.node;
                let message = format!(
                    "Two fields under the key {} have the types `{expected}` and `{ty}`: use an alias.",
                    cut(key)
                );
                self.refuse(other.pos, message);
                continue;
            }
            let below = self.below(fields);
            self.same_shape(&below);
        }
    }

    /// `FieldsInSetCanMerge`: fields that can occur together are the same field with the same arguments.
    fn same_fields(&mut self, keys: &Keys<'a>) {
        for (key, fields) in keys {
            for fields in self.meeting(fields) {
                let Some((first, others)) = fields.split_first() else { continue };
                let other = others.iter().find(|other| !is_same_field(first.field, other.field));
                if let Some(other) = other {
                    let message = format!(
                        "Two fields under the key {} differ in name or arguments: use an alias.",
                        cut(key)
                    );
                    self.refuse(other.pos, message);
                    continue;
                }
                let below = self.below(&fields);
                self.same_fields(&below);
            }
        }
    }

    /// The fields that can occur together: those on one object type, with those on interfaces.
    fn meeting(&self, fields: &[Selected<'a>]) -> Vec<Vec<Selected<'a>>> {
        let is_object = |on: &str| self.catalog.composite(on).is_some_and(|on| on.is_object);
        let (on_objects, on_others): (Vec<_>, Vec<_>) =
            fields.iter().copied().partition(|field| is_object(field.on));
        let mut groups: IndexMap<&str, Vec<Selected<'a>>> = IndexMap::new();
        for field in on_objects {
            groups.entry(field.on).or_insert_with(|| on_others.clone()).push(field);
        }
        if groups.is_empty() { vec![on_others] } else { groups.into_values().collect() }
    }

    /// The selections below fields.
    fn below(&self, fields: &[Selected<'a>]) -> Keys<'a> {
        let sets = fields.iter().map(|selected| {
            let on = named(&selected.definition.ty.node).as_str();
            (&selected.field.selection_set.node, on)
        });
        let sets: Vec<Selections<'a>> = sets.collect();
        self.keys(&sets)
    }

    fn has_same_shape(&self, one: &Type, other: &Type) -> bool {
        let is_composite = |name: &Name| self.catalog.composite(name).is_some();
        one.nullable == other.nullable
            && match (&one.base, &other.base) {
                (BaseType::List(one), BaseType::List(other)) => self.has_same_shape(one, other),
                (BaseType::Named(one), BaseType::Named(other)) => {
                    one == other || is_composite(one) && is_composite(other)
                }
                (BaseType::List(_), BaseType::Named(_))
                | (BaseType::Named(_), BaseType::List(_)) => false,
            }
    }
}

/// Whether two fields have the same name and arguments, in any order.
fn is_same_field(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            let other = other.get_argument(&name.node);
            other.is_some_and(|other| other.node == value.node)
        })
}
