//! Which argument an error of the engine is about: told by the places that it names, not by its words.

use async_graphql::ServerError;

use super::Types;
use crate::graphql::document::Checked;

/// Names the arguments that errors of the engine are about, as far as their places tell.
pub fn blame_arguments(checked: &Checked, types: &Types, errors: &mut [ServerError]) {
    let mut errors: Vec<_> = errors.iter_mut().filter(|error| error.source.is_none()).collect();
    if errors.is_empty() {
        return;
    }
    for field in checked.fields() {
        for (name, value) in &field.node.arguments {
            for error in &mut errors {
                if error.locations.iter().any(|place| [name.pos, value.pos].contains(place)) {
                    blame(error, &name.node);
                }
            }
        }
        let missing = types.required_arguments(&field.node.name.node);
        let missing: Vec<&str> =
            missing.filter(|name| field.node.get_argument(name).is_none()).collect();
        let here: Vec<_> =
            errors.iter_mut().filter(|error| error.locations == [field.pos]).collect();
        // Other faults of a field have the same place: where there is one, the places don't tell.
        if here.len() == missing.len() {
            for (error, name) in here.into_iter().zip(missing) {
                error.message = format!("The argument `{name}` is required.");
                blame(error, name);
            }
        }
    }
}

/// Adds to an error the argument that it is about.
pub fn blame(error: &mut ServerError, argument: &str) {
    error.extensions.get_or_insert_default().set("argument", argument);
}
