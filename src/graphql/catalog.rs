//! The contents of a schema, read from its SDL once: types and directives, who may call its fields and how often, and their
//! REST routes.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, DirectiveDefinition, FieldDefinition, InputValueDefinition, OperationType,
    ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};

use super::policy::Policies;
use super::rest::Rest;

/// The definitions that the specification adds to every schema: directives, introspection types, and their root fields
/// in `__Meta`.
const INTROSPECTION: &str = include_str!("catalog/introspection.graphql");
/// The type with the root fields of introspection.
const META: &str = "__Meta";
/// The built-in scalars.
const SCALARS: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// The contents of a schema: documents are checked against it, responses completed by it, calls allowed and routes made.
#[derive(Debug, Default)]
pub struct Catalog {
    types: HashMap<Name, Kind>,
    directives: HashMap<Name, DirectiveDefinition>,
    policies: Policies,
    rest: Rest,
}

/// The kind of a type.
#[derive(Debug)]
pub enum Kind {
    /// A scalar.
    Scalar,
    /// An enum with these values.
    Enum(Vec<Name>),
    /// An input object.
    Input(InputType),
    /// An object, an interface or a union.
    Composite(CompositeType),
}

/// An input object.
#[derive(Debug)]
pub struct InputType {
    /// Its fields by name.
    pub fields: IndexMap<Name, InputValueDefinition>,
    /// Whether exactly one field must be given.
    pub one_of: bool,
}

/// A type with selections.
#[derive(Debug)]
pub struct CompositeType {
    /// Its fields by name; a union has none.
    pub fields: IndexMap<Name, FieldDefinition>,
    /// The object types of its values; for an object, itself.
    pub possible: Vec<Name>,
    /// Whether it is an object.
    pub is_object: bool,
    /// Whether it is an object over a row, which writes its fields by itself.
    pub is_row: bool,
}

impl Catalog {
    /// Reads an SDL, in which `rows` are objects over rows. Fails where a root field doesn't declare who may call it, or a
    /// route that can't be served.
    pub fn read(sdl: &str, rows: &[String]) -> anyhow::Result<Self> {
        let document = parse_schema(sdl)?;
        let types = Self::of_types(sdl, document.clone())?.with_rows(rows);
        let rest = Rest::read(&document, &types)?;
        Ok(Self { policies: Policies::read(&document)?, rest, ..types })
    }

    /// The types and directives of an SDL alone, which may have fields that nobody may call.
    #[cfg(test)]
    pub(super) fn read_types(sdl: &str) -> anyhow::Result<Self> {
        Self::of_types(sdl, parse_schema(sdl)?)
    }

    fn of_types(sdl: &str, document: ServiceDocument) -> anyhow::Result<Self> {
        let mut catalog = Self::default();
        for scalar in SCALARS {
            catalog.types.insert(Name::new(scalar), Kind::Scalar);
        }
        let mut implementors = Vec::new();
        for (text, document) in [(INTROSPECTION, parse_schema(INTROSPECTION)?), (sdl, document)] {
            for definition in document.definitions {
                match definition {
                    TypeSystemDefinition::Type(definition) => {
                        let (name, kind) = kind_of(definition.node, &mut implementors);
                        catalog.types.insert(name, kind);
                    }
                    TypeSystemDefinition::Directive(definition) => {
                        let mut directive = definition.node;
                        let name = directive.name.node.clone();
                        directive.is_repeatable = is_repeatable(text, &name);
                        catalog.directives.insert(name, directive);
                    }
                    TypeSystemDefinition::Schema(_) => {}
                }
            }
        }
        for (interface, object) in implementors {
            if let Some(interface) = catalog.composite_mut(&interface) {
                interface.possible.push(object);
            }
        }
        Ok(catalog)
    }

    /// These types are objects over rows.
    pub(super) fn with_rows(mut self, rows: &[String]) -> Self {
        for row in rows {
            if let Some(object) = self.composite_mut(row) {
                object.is_row = true;
            }
        }
        self
    }

    /// The access and the limits of root fields.
    pub(super) fn policies(&self) -> &Policies {
        &self.policies
    }

    /// The names of the root fields, in a fixed order.
    pub fn root_fields(&self) -> impl Iterator<Item = &str> {
        self.policies.names()
    }

    /// The REST routes.
    pub fn rest(&self) -> &Rest {
        &self.rest
    }

    /// A type by its name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.types.get(name)
    }

    /// A directive by its name.
    pub fn directive(&self, name: &str) -> Option<&DirectiveDefinition> {
        self.directives.get(name)
    }

    /// An object, interface or union by its name.
    pub fn composite(&self, name: &str) -> Option<&CompositeType> {
        match self.types.get(name)? {
            Kind::Composite(composite) => Some(composite),
            Kind::Scalar | Kind::Enum(_) | Kind::Input(_) => None,
        }
    }

    fn composite_mut(&mut self, name: &str) -> Option<&mut CompositeType> {
        match self.types.get_mut(name)? {
            Kind::Composite(composite) => Some(composite),
            Kind::Scalar | Kind::Enum(_) | Kind::Input(_) => None,
        }
    }

    /// A field of a type, except introspection fields.
    pub fn field(&self, on: &str, name: &str) -> Option<&FieldDefinition> {
        self.composite(on)?.fields.get(name)
    }

    /// A field of a type, including introspection fields.
    pub fn any_field(&self, on: &str, name: &str) -> Option<&FieldDefinition> {
        let is_meta = match name {
            "__typename" => self.composite(on).is_some(),
            "__schema" | "__type" => on == root(OperationType::Query),
            _ => false,
        };
        self.field(if is_meta { META } else { on }, name)
    }

    /// The names of the types, except those that begin with two underscores, for suggestions.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(Name::as_str).filter(|name| !name.starts_with("__"))
    }

    /// Whether the type is an input type.
    pub fn is_input(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(Kind::Scalar | Kind::Enum(_) | Kind::Input(_)))
    }
}

/// The root type of a kind of operation.
pub fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The name of a type without its brackets and exclamation marks.
pub fn named(ty: &Type) -> &Name {
    let mut ty = ty;
    loop {
        match &ty.base {
            BaseType::Named(name) => return name,
            BaseType::List(item) => ty = item,
        }
    }
}

/// The name and kind of a type. Adds pairs of interface and object to `implementors`.
fn kind_of(definition: TypeDefinition, implementors: &mut Vec<(Name, Name)>) -> (Name, Kind) {
    let name = definition.name.node;
    let kind = match definition.kind {
        TypeKind::Scalar => Kind::Scalar,
        TypeKind::Enum(values) => {
            Kind::Enum(values.values.into_iter().map(|value| value.node.value.node).collect())
        }
        TypeKind::InputObject(input) => {
            let mut directives = definition.directives.iter();
            let fields = input.fields.into_iter();
            let fields = fields.map(|field| (field.node.name.node.clone(), field.node));
            Kind::Input(InputType {
                fields: fields.collect(),
                one_of: directives.any(|directive| directive.node.name.node == "oneOf"),
            })
        }
        TypeKind::Object(object) => {
            let interfaces = object.implements.into_iter();
            implementors.extend(interfaces.map(|interface| (interface.node, name.clone())));
            composite(object.fields, vec![name.clone()], true)
        }
        TypeKind::Interface(interface) => composite(interface.fields, Vec::new(), false),
        TypeKind::Union(union) => {
            let members = union.members.into_iter().map(|member| member.node);
            composite(Vec::new(), members.collect(), false)
        }
    };
    (name, kind)
}

/// Whether a printed definition declares a directive repeatable: the engine's parser doesn't read that.
fn is_repeatable(text: &str, directive: &str) -> bool {
    text.lines().any(|line| {
        let definition = line.trim_start().strip_prefix("directive @");
        let rest = definition.and_then(|line| line.strip_prefix(directive));
        rest.is_some_and(|rest| rest.starts_with([' ', '(']) && rest.contains(" repeatable on "))
    })
}

fn composite(
    fields: Vec<Positioned<FieldDefinition>>,
    possible: Vec<Name>,
    is_object: bool,
) -> Kind {
    let fields = fields.into_iter().map(|field| (field.node.name.node.clone(), field.node));
    let fields = fields.collect();
    Kind::Composite(CompositeType { fields, possible, is_object, is_row: false })
}
