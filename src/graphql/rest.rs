//! REST, as the fields declare it: each route is a field, read back from the SDL.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    FieldDefinition, ObjectType, OperationType, ServiceDocument, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Enum, TypeDirective};

use super::catalog::Catalog;

mod document;
mod model;
mod route;

pub use model::{Member, Model, Shape};
pub use route::{Argument, Kind, Route};

/// The HTTP method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces or confirms.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// Its name in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// The directive that declares a field's routes.
pub mod directive {
    #![expect(missing_docs, reason = "the derive makes a type without one")]

    use super::{Method, TypeDirective};

    /// The field is also a REST route. Its arguments come from the placeholders of `path`, and from the JSON
    /// body or, for GET, from the query string. `status` is the HTTP status of a success.
    #[TypeDirective(location = "FieldDefinition", repeatable)]
    pub fn rest(method: Method, path: String, status: u16) {}
}

/// The types of responses by name.
pub type Models = IndexMap<String, Model>;

/// All routes, and the types of their responses.
#[derive(Debug, Default)]
pub struct Rest {
    /// The routes, in the order of their fields.
    pub routes: Vec<Arc<Route>>,
    /// The types of answers.
    pub models: Arc<Models>,
}

impl Rest {
    /// Reads the routes that root fields declare, whose documents are of `types`. Fails where a route can't be served as it is declared.
    pub(super) fn read(document: &ServiceDocument, types: &Catalog) -> anyhow::Result<Self> {
        let (roots, others): (Vec<_>, Vec<_>) =
            objects(document).partition(|(definition, _)| root_of(definition).is_some());
        let models = others.into_iter().map(|(definition, object)| {
            (definition.name.node.to_string(), Model::new(definition, object))
        });
        let models = models.collect();
        let mut routes = Vec::new();
        for (definition, object) in roots {
            let Some(on) = root_of(definition) else { continue };
            for field in &object.fields {
                let place =
                    || format!("the field {}.{}", definition.name.node, field.node.name.node);
                routes.extend(routes_of(on, &field.node, &models, types).with_context(place)?);
            }
        }
        let mut seen = HashSet::new();
        for route in &routes {
            ensure!(seen.insert((route.method, &route.path)), "{route} is declared twice");
        }
        Ok(Self { routes: routes.into_iter().map(Arc::new).collect(), models: Arc::new(models) })
    }
}

/// The objects of a schema, each with its definition.
fn objects(document: &ServiceDocument) -> impl Iterator<Item = (&TypeDefinition, &ObjectType)> {
    document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => match &definition.node.kind {
            TypeKind::Object(object) => Some((&definition.node, object)),
            _ => None,
        },
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    })
}

/// The operation that a type is the root of, if REST has it.
fn root_of(definition: &TypeDefinition) -> Option<OperationType> {
    match definition.name.node.as_str() {
        "Query" => Some(OperationType::Query),
        "Mutation" => Some(OperationType::Mutation),
        _ => None,
    }
}

fn routes_of(
    on: OperationType,
    field: &FieldDefinition,
    models: &Models,
    types: &Catalog,
) -> anyhow::Result<Vec<Route>> {
    let mut routes = Vec::new();
    for directive in &field.directives {
        if directive.node.name.node != "rest" {
            continue;
        }
        let route = Route::read(on, field, &directive.node, models, types)?;
        if (route.method == Method::Get) != (on == OperationType::Query) {
            bail!("reads by GET if it is a query, and else by another method");
        }
        routes.push(route);
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;

    use super::*;

    fn problem(field: &str) -> String {
        let field = field.replace("@rest", "@access(requires: USER) @rest");
        let sdl = format!("type User {{ _id: ID! }} type Mutation {{ {field} }}");
        Rest::read(&parse_schema(&sdl).unwrap(), &Catalog::read_types(&sdl).unwrap())
            .map_or_else(|error| format!("{error:#}"), |_| "none".to_owned())
    }

    #[test]
    fn a_route_that_cannot_be_served_stops_the_start() {
        let good = r#"a(id: String!): User @rest(method: PUT, path: "/a/{id}", status: 200)"#;
        let nameless = r#"a: User @rest(method: PUT, path: "/a/{id}", status: 200)"#;
        let reading = r#"a: User @rest(method: GET, path: "/a", status: 200)"#;
        let typeless = r#"a(b: Json): User @rest(method: PUT, path: "/a", status: 200)"#;
        let scalar = r#"a: String @rest(method: PUT, path: "/a", status: 200)"#;
        let twice = r#"a: User @rest(method: PUT, path: "/a", status: 200) @rest(method: PUT, path: "/a", status: 200)"#;

        assert_eq!(problem(good), "none");
        assert!(problem(nameless).contains("no argument `id`"), "{}", problem(nameless));
        assert!(problem(reading).contains("another method"), "{}", problem(reading));
        assert!(problem(typeless).contains("Json"), "{}", problem(typeless));
        assert!(problem(scalar).contains("no object"), "{}", problem(scalar));
        assert!(problem(twice).contains("twice"), "{}", problem(twice));
    }
}
