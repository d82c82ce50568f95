//! Finds the argument that an engine error is about, by the error's position.

use async_graphql::ServerError;

use crate::graphql::document::Prepared;

/// Sets the arguments of engine errors, as far as their positions show them.
pub fn set_arguments(prepared: &Prepared, errors: &mut [ServerError]) {
    let mut errors: Vec<_> = errors.iter_mut().filter(|error| error.source.is_none()).collect();
    if errors.is_empty() {
        return;
    }
    for field in prepared.fields() {
        for (name, value) in &field.node.arguments {
            for error in &mut errors {
                if error.locations.iter().any(|place| [name.pos, value.pos].contains(place)) {
                    set_argument(error, &name.node);
                }
            }
        }
    }
}

/// Sets the argument of an error.
pub fn set_argument(error: &mut ServerError, argument: &str) {
    error.extensions.get_or_insert_default().set("argument", argument);
}
