//! Completes responses: restores keys and order, which the engine changes.
//!
//! The engine drops the key of a failed field, and orders keys by the time they took. The specification
//! (section 6.4) requires the order of the document, null for a failed field, and null propagated to the
//! nearest nullable place.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, Directive, FieldDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Name, Positioned, ServerError, Value, Variables};

use super::catalog::{Catalog, root};
use super::document::Prepared;

mod set_argument;

pub use set_argument::{set_argument, set_arguments};

/// The most errors of a response (GQ-9).
const MAX_ERRORS: usize = 20;
/// The most bytes of all error messages together.
const MAX_ERROR_TEXT: usize = 64 * 1024;
/// The most bytes of an engine error's message, which may repeat the request.
const MAX_ENGINE_TEXT: usize = 200;

/// Brings `data` into the shape of the document.
pub fn complete(
    prepared: &Prepared,
    variables: &Variables,
    catalog: &Catalog,
    data: Value,
) -> Value {
    let Some(operation) = prepared.operation() else { return data };
    let root = root(operation.ty);
    // If the engine returned no data, every root field is null.
    let data = if data == Value::Null { Value::Object(IndexMap::new()) } else { data };
    let completion = Completion { prepared, variables, catalog };
    completion.object(root, &[&operation.selection_set.node], data)
}

/// Shortens the messages of engine errors (C-05). Those of fields have a source, and repeat nothing long.
pub fn cut_engine_errors(errors: &mut [ServerError]) {
    for error in errors.iter_mut().filter(|error| error.source.is_none()) {
        error.message.truncate(error.message.floor_char_boundary(MAX_ENGINE_TEXT));
    }
}

/// Bounds the errors of a response: keeps the first ones, and shortens the last of them.
pub fn bound_errors(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    let mut room = MAX_ERROR_TEXT;
    errors.truncate(MAX_ERRORS);
    // At least one stays: a response without errors would look like a success.
    errors.retain_mut(|error| {
        let has_room = room > 0;
        error.message.truncate(error.message.floor_char_boundary(room));
        room = room.saturating_sub(error.message.len());
        has_room
    });
    errors
}

struct Completion<'a> {
    prepared: &'a Prepared,
    variables: &'a Variables,
    catalog: &'a Catalog,
}

/// The fields selected on an object: by key in document order, each with its name and selections.
type Fields<'a> = IndexMap<&'a str, (&'a str, Vec<&'a SelectionSet>)>;

impl<'a> Completion<'a> {
    fn object(&self, on: &str, sets: &[&'a SelectionSet], data: Value) -> Value {
        let (Value::Object(mut found), Some(ty)) = (data, self.catalog.composite(on)) else {
            return Value::Null;
        };
        let mut asked = Fields::new();
        for set in sets {
            self.collect(on, set, &mut asked);
        }
        let mut completed = IndexMap::with_capacity(asked.len());
        for (key, (field, sets)) in asked {
            let value = found.swap_remove(key).unwrap_or_default();
            // Introspection fields: the engine's response is complete.
            let value = match ty.fields.get(field) {
                Some(FieldDefinition { ty: Positioned { node: ty, .. }, .. }) => {
                    let value = self.value(ty, &sets, value);
                    if value == Value::Null && !ty.nullable {
                        return Value::Null;
                    }
                    value
                }
                // Known even if the engine returned no data.
                None if field == "__typename" => Value::from(on),
                None => value,
            };
            completed.insert(Name::new(key), value);
        }
        Value::Object(completed)
    }

    fn value(&self, ty: &Type, sets: &[&'a SelectionSet], value: Value) -> Value {
        match (&ty.base, value) {
            (_, Value::Null) => Value::Null,
            (BaseType::List(item), Value::List(values)) => {
                let values: Vec<Value> =
                    values.into_iter().map(|value| self.value(item, sets, value)).collect();
                let broken = !item.nullable && values.contains(&Value::Null);
                if broken { Value::Null } else { Value::List(values) }
            }
            (BaseType::Named(name), value)
                if self.catalog.composite(name).is_some_and(|ty| ty.is_object) =>
            {
                self.object(name, sets, value)
            }
            (_, value) => value,
        }
    }

    fn collect(&self, on: &str, set: &'a SelectionSet, asked: &mut Fields<'a>) {
        for item in &set.items {
            if !item.node.directives().iter().all(|directive| self.includes(&directive.node)) {
                continue;
            }
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let name = field.name.node.as_str();
                    let key = field.alias.as_ref().map_or(name, |alias| alias.node.as_str());
                    let (_, sets) = asked.entry(key).or_insert_with(|| (name, Vec::new()));
                    sets.push(&field.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| condition.node.on.node == on) {
                        self.collect(on, &inline.node.selection_set.node, asked);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(set) = self.prepared.fragment(&spread.node.fragment_name.node) {
                        self.collect(on, set, asked);
                    }
                }
            }
        }
    }

    /// Whether a condition excludes a selection.
    fn includes(&self, directive: &Directive) -> bool {
        let condition = || {
            let value = directive.get_argument("if")?.node.clone();
            value.into_const_with(|name| self.variables.get(&name).cloned().ok_or(())).ok()
        };
        match directive.name.node.as_str() {
            "skip" => condition() != Some(Value::Boolean(true)),
            "include" => condition() != Some(Value::Boolean(false)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
