//! Reads the fields of the SDL.

use accountd::config::Mode;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, TypeKind, TypeSystemDefinition};

use super::sdl;

/// The root fields of the client's schema, each with its type's name.
pub(crate) fn root_fields(mode: Mode) -> Vec<(String, FieldDefinition)> {
    fields_of(&sdl(mode))
}

/// The root fields of an SDL, each with its type's name.
pub(crate) fn fields_of(sdl: &str) -> Vec<(String, FieldDefinition)> {
    let mut fields = Vec::new();
    for definition in parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let on = definition.node.name.node.to_string();
        let TypeKind::Object(object) = definition.node.kind else { continue };
        if ["Query", "Mutation"].contains(&on.as_str()) {
            fields.extend(object.fields.into_iter().map(|field| (on.clone(), field.node)));
        }
    }
    fields
}

/// Whether a field has an argument of this name.
pub(crate) fn has_argument(field: &FieldDefinition, name: &str) -> bool {
    field.arguments.iter().any(|argument| argument.node.name.node == name)
}
