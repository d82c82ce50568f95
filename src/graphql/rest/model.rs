//! The type of a response, as REST writes it.

use async_graphql::parser::types::{BaseType, FieldDefinition, ObjectType, TypeDefinition};

use super::route::named;

/// The type of a response.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its description.
    pub description: String,
    /// Its members.
    pub members: Vec<Member>,
}

/// A member of a response.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name in GraphQL.
    pub field: String,
    /// Its key in REST: `$id` for `_id`.
    pub key: String,
    /// Its description.
    pub description: String,
    /// Its type, or that of a list's items.
    pub ty: String,
    /// Whether it is a list.
    pub list: bool,
    /// Whether it may be absent; then it is an empty string.
    pub optional: bool,
    /// Whether only servers get it: it requires an API key.
    pub for_servers: bool,
}

/// How a type is written.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Member by member.
    Members(&'a [Member]),
    /// As the JSON object in the member `data`.
    Stored,
    /// Not at all: the status is the response.
    Nothing,
}

impl Model {
    pub(super) fn new(definition: &TypeDefinition, object: &ObjectType) -> Self {
        let description = definition.description.as_ref().map(|text| text.node.clone());
        let members = object.fields.iter().map(|field| Member::new(&field.node)).collect();
        Self { description: description.unwrap_or_default(), members }
    }

    /// How a type of this name is written.
    pub fn shape(&self, name: &str) -> Shape<'_> {
        match name {
            "Preferences" => Shape::Stored,
            "None" => Shape::Nothing,
            _ => Shape::Members(&self.members),
        }
    }
}

impl Member {
    fn new(field: &FieldDefinition) -> Self {
        let name = field.name.node.as_str();
        let ty = &field.ty.node;
        let description = field.description.as_ref().map(|text| text.node.clone());
        Self {
            key: name.strip_prefix('_').map_or_else(|| name.to_owned(), |rest| format!("${rest}")),
            field: name.to_owned(),
            description: description.unwrap_or_default(),
            ty: named(ty),
            list: matches!(ty.base, BaseType::List(_)),
            optional: ty.nullable,
            for_servers: field.directives.iter().any(|it| it.node.name.node == "access"),
        }
    }
}
