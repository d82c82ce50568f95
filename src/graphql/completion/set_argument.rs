//! Which argument an error of the engine is about: told by the places that it names, not by its words.

use async_graphql::ServerError;

use crate::graphql::document::Prepared;

/// Names the arguments that errors of the engine are about, as far as their places tell.
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

/// Adds to an error the argument that it is about.
pub fn set_argument(error: &mut ServerError, argument: &str) {
    error.extensions.get_or_insert_default().set("argument", argument);
}
