//! The type of an answer, as REST writes it.

use async_graphql::Positioned;
use async_graphql::parser::types::{BaseType, FieldDefinition};

use super::route::named;

/// The type of an answer.
#[derive(Clone, Debug)]
pub struct Model {
    /// What it is, for API readers.
    pub description: String,
    /// What it has.
    pub members: Vec<Member>,
}

/// Something that an answer has.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name in GraphQL.
    pub field: String,
    /// Its key in REST: `$id` for `_id`.
    pub key: String,
    /// What it means, for API readers.
    pub description: String,
    /// The type, or that of the items of a list.
    pub ty: String,
    /// Whether it is a list.
    pub list: bool,
    /// Whether it may be absent; then it is an empty text.
    pub optional: bool,
}

/// How a type is written.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Member by member.
    Members(&'a [Member]),
    /// As the JSON object that the member `data` holds as text.
    Stored,
    /// Not at all: the status says it.
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
