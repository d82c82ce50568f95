//! The type of a response, as REST writes it.

use async_graphql::Positioned;
use async_graphql::parser::types::{BaseType, FieldDefinition};

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
    pub(super) fn new(description: String, fields: Vec<Positioned<FieldDefinition>>) -> Self {
        let members = fields.into_iter().map(|field| Member::new(field.node)).collect();
        Self { description, members }
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
    fn new(field: FieldDefinition) -> Self {
        let name = field.name.node.as_str();
        let ty = &field.ty.node;
        Self {
            key: name.strip_prefix('_').map_or_else(|| name.to_owned(), |rest| format!("${rest}")),
            field: name.to_owned(),
            description: field.description.map(|text| text.node).unwrap_or_default(),
            ty: named(ty),
            list: matches!(ty.base, BaseType::List(_)),
            optional: ty.nullable,
        }
    }
}
