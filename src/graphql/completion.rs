//! Completes responses: restores keys and order, which the engine changes.
//!
//! The engine drops the key of a failed field, and orders keys by the time they took. The specification
//! (section 6.4) requires the order of the document, null for a failed field, and null propagated to the
//! nearest nullable place.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{BaseType, Type};
use async_graphql::{Name, ServerError, Value};

use super::document::{FieldShape, Shape, ValueShape};

mod set_argument;

pub use set_argument::{set_argument, set_arguments};

/// The most errors of a response (GQ-9).
const MAX_ERRORS: usize = 20;
/// The most bytes of all error messages together.
const MAX_ERROR_TEXT: usize = 64 * 1024;
/// The most bytes of an engine error's message, which may repeat the request.
const MAX_ENGINE_TEXT: usize = 200;

/// Brings `data` into the shape of the operation.
pub fn shape_data(shape: &Shape, mut data: Value) -> Value {
    // If the engine returned no data, every root field is null.
    if data == Value::Null {
        data = Value::Object(IndexMap::new());
    }
    complete_object(shape, &mut data);
    data
}

/// Shortens the messages of engine errors (C-05). Those of fields have a source, and repeat nothing long.
pub fn cut_engine_errors(errors: &mut [ServerError]) {
    for error in errors.iter_mut().filter(|error| error.source.is_none()) {
        error.message.truncate(error.message.floor_char_boundary(MAX_ENGINE_TEXT));
    }
}

/// Bounds the errors of a response: keeps the first ones, and shortens the last of them.
pub fn bound_errors(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    let mut capacity = MAX_ERROR_TEXT;
    errors.truncate(MAX_ERRORS);
    // At least one stays: a response without errors would look like a success.
    errors.retain_mut(|error| {
        let has_capacity = capacity > 0;
        error.message.truncate(error.message.floor_char_boundary(capacity));
        capacity = capacity.saturating_sub(error.message.len());
        has_capacity
    });
    errors
}

/// Completes the fields of an object. It is null if one of them is null that must not be.
fn complete_object(shape: &Shape, data: &mut Value) {
    let Value::Object(fields) = data else {
        *data = Value::Null;
        return;
    };
    if !has_keys(fields, shape) {
        let mut found = std::mem::take(fields);
        let keys = shape.fields.iter().map(|FieldShape { key, .. }| {
            (key.clone(), found.swap_remove(key).unwrap_or_default())
        });
        *fields = keys.collect();
    }
    let mut values = shape.fields.iter().zip(fields.values_mut());
    let is_broken = values.any(|(field, value)| match &field.value {
        ValueShape::Declared(ty, object) => {
            complete_value(ty, object.as_ref(), value);
            *value == Value::Null && !ty.nullable
        }
        // Known even if the engine returned no data.
        ValueShape::Typename(name) if *value == Value::Null => {
            *value = Value::from(name.as_str());
            false
        }
        ValueShape::Typename(_) | ValueShape::Introspection => false,
    });
    if is_broken {
        *data = Value::Null;
    }
}

/// Whether these are the keys of the shape, in its order. The engine's keys are often the same allocation.
fn has_keys(fields: &IndexMap<Name, Value>, shape: &Shape) -> bool {
    let is_same =
        |one: &Name, other: &Name| std::ptr::eq(one.as_str(), other.as_str()) || one == other;
    fields.len() == shape.fields.len()
        && fields.keys().zip(&shape.fields).all(|(key, field)| is_same(key, &field.key))
}

/// Completes a value of a type; `object` is the shape of the objects in it.
fn complete_value(ty: &Type, object: Option<&Shape>, value: &mut Value) {
    match (&ty.base, &mut *value) {
        // Objects over rows are written as the document wants them.
        (_, Value::Null | Value::Binary(_)) => {}
        (BaseType::List(item), Value::List(items)) => {
            for value in items.iter_mut() {
                complete_value(item, object, value);
            }
            if !item.nullable && items.contains(&Value::Null) {
                *value = Value::Null;
            }
        }
        (BaseType::Named(_), value) => {
            if let Some(shape) = object {
                complete_object(shape, value);
            }
        }
        (BaseType::List(_), _) => {}
    }
}

#[cfg(test)]
mod tests;
