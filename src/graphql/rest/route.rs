//! A route: its method, path, arguments and response.

use std::fmt;
use std::sync::Arc;

use anyhow::{bail, ensure};
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, OperationType, Type,
};

use super::{Method, Models, document};
use crate::config::Scope;
use crate::graphql::catalog::Catalog;
use crate::graphql::document::Checked;
use crate::graphql::policy::{Access, Limit, argument, read_access};

/// A field as a route.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with arguments as `{name}`.
    pub path: String,
    /// The HTTP status of a success.
    pub status: u16,
    /// The operation's type.
    pub on: OperationType,
    /// The field's name.
    pub field: String,
    /// The field's description.
    pub description: String,
    /// The callers with access.
    pub access: Access,
    /// For an API key: the scopes of which one is needed.
    pub scopes: Vec<Scope>,
    /// How often it may be called.
    pub limits: Vec<Limit>,
    /// The field's arguments.
    pub arguments: Vec<Argument>,
    /// The type of the response.
    pub answer: String,
    /// The operation behind the route.
    pub document: Arc<Checked>,
}

/// An argument of a route.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name, in the path, the body and the query string.
    pub name: String,
    /// The kind of its values.
    pub kind: Kind,
    /// Its type in GraphQL.
    pub ty: String,
    /// Whether it is required.
    pub required: bool,
    /// Whether it is a part of the path.
    pub in_path: bool,
    /// Its description.
    pub description: String,
}

/// The kind of an argument's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// An integer.
    Number,
    /// A Boolean.
    Flag,
    /// A JSON object.
    Object,
}

impl Route {
    pub(super) fn read(
        on: OperationType,
        field: &FieldDefinition,
        rest: &ConstDirective,
        models: &Models,
        types: &Catalog,
    ) -> anyhow::Result<Self> {
        let path: String = argument(rest, "path")?;
        let names: Vec<&str> = placeholders(&path).collect();
        let arguments = field.arguments.iter();
        let arguments = arguments.map(|argument| Argument::read(&argument.node, &names));
        let arguments = arguments.collect::<anyhow::Result<Vec<_>>>()?;
        for name in &names {
            if !arguments.iter().any(|argument| argument.name == *name) {
                bail!("has no argument `{name}`, which its path names");
            }
        }
        let (access, scopes) = read_access(field)?;
        let description = field.description.as_ref().map(|text| text.node.clone());
        let answer = named(&field.ty.node);
        ensure!(models.contains_key(&answer), "answers no object");
        let name = field.name.node.as_str();
        let text = document::write(on, name, &arguments, &answer, models);
        let document = Checked::own(&text, types)?;
        Ok(Self {
            method: argument(rest, "method")?,
            path,
            status: argument(rest, "status")?,
            on,
            field: name.to_owned(),
            description: description.unwrap_or_default(),
            access,
            scopes,
            limits: Limit::read_all(field, access)?,
            arguments,
            answer,
            document: Arc::new(document),
        })
    }
}

impl Argument {
    fn read(argument: &InputValueDefinition, in_path: &[&str]) -> anyhow::Result<Self> {
        let name = argument.name.node.to_string();
        let ty = &argument.ty.node;
        let kind = match &ty.base {
            BaseType::Named(named) => match named.as_str() {
                "String" | "ID" => Kind::Text,
                "Int" => Kind::Number,
                "Boolean" => Kind::Flag,
                "Assoc" => Kind::Object,
                other => {
                    bail!("has an argument `{name}` of the type {other}, which REST can't carry")
                }
            },
            BaseType::List(item) if named(item) == "String" => Kind::Texts,
            BaseType::List(_) => bail!("has a list `{name}` that REST can't carry"),
        };
        let description = argument.description.as_ref().map(|text| text.node.clone());
        Ok(Self {
            kind,
            ty: ty.to_string(),
            required: !ty.nullable && argument.default_value.is_none(),
            in_path: in_path.contains(&name.as_str()),
            description: description.unwrap_or_default(),
            name,
        })
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)
    }
}

/// The name of a type, or of a list's items.
pub(super) fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(item) => named(item),
    }
}

/// The placeholders of a path.
fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}
