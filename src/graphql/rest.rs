//! REST, as the fields declare it: each route is a field, read back from the SDL.

use std::collections::HashSet;

use anyhow::{Context, bail, ensure};
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, OperationType, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Enum, TypeDirective};

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

/// All routes, and the types of their responses.
#[derive(Debug)]
pub struct Rest {
    /// The routes, in the order of their fields.
    pub routes: Vec<Route>,
    /// The types of responses by name.
    pub models: IndexMap<String, Model>,
}

impl Rest {
    /// Reads the routes that the root fields of `sdl` declare. Fails if a route can't be served as declared.
    pub fn read(sdl: &str) -> anyhow::Result<Self> {
        let mut routes = Vec::new();
        let mut models = IndexMap::new();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let name = definition.name.node.to_string();
            let TypeKind::Object(object) = definition.kind else { continue };
            let on = match name.as_str() {
                "Query" => OperationType::Query,
                "Mutation" => OperationType::Mutation,
                _ => {
                    let description = definition.description.map(|text| text.node);
                    let model = Model::new(description.unwrap_or_default(), object.fields);
                    models.insert(name, model);
                    continue;
                }
            };
            for field in object.fields {
                let place = || format!("the field {name}.{}", field.node.name.node);
                routes.extend(routes_of(on, &field.node).with_context(place)?);
            }
        }
        let rest = Self { routes, models };
        rest.check()?;
        Ok(rest)
    }

    /// Checks that no two routes are the same, and that all responses are objects.
    fn check(&self) -> anyhow::Result<()> {
        let mut seen = HashSet::new();
        for route in &self.routes {
            ensure!(seen.insert((route.method, &route.path)), "{route} is declared twice");
            ensure!(self.models.contains_key(&route.answer), "{route} answers no object");
        }
        Ok(())
    }
}

fn routes_of(on: OperationType, field: &FieldDefinition) -> anyhow::Result<Vec<Route>> {
    let mut routes = Vec::new();
    for directive in &field.directives {
        if directive.node.name.node != "rest" {
            continue;
        }
        let route = Route::read(on, field, &directive.node)?;
        if (route.method == Method::Get) != (on == OperationType::Query) {
            bail!("reads by GET if it is a query, and else by another method");
        }
        routes.push(route);
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(field: &str) -> String {
        let field = field.replace("@rest", "@access(requires: USER) @rest");
        let sdl = format!("type User {{ _id: ID! }} type Mutation {{ {field} }}");
        Rest::read(&sdl).map_or_else(|error| format!("{error:#}"), |_| "none".to_owned())
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
