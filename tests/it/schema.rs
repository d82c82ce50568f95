//! The schema that is published: the committed SDL, and the operation documents.

use std::path::PathBuf;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::TypeKind;
use async_graphql::parser::types::TypeSystemDefinition;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema").join(name)
}

#[test]
fn the_committed_descriptions_are_the_served_ones() {
    let sdl = accountd::schema::sdl(accountd::config::Mode::Serve);
    let openapi = accountd::openapi::describe(&sdl).unwrap();
    for (name, text) in [("schema.graphql", sdl), ("openapi.json", openapi)] {
        let file = path(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &text).unwrap();
        }

        let committed = std::fs::read_to_string(&file).unwrap_or_default();

        assert!(committed == text, "schema/{name} is out of date: UPDATE=1 cargo test schema");
    }
}

/// The names of all root fields.
pub(crate) fn root_fields() -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for definition in
        parse_schema(accountd::schema::sdl(accountd::config::Mode::Serve)).unwrap().definitions
    {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        let TypeKind::Object(object) = definition.node.kind else { continue };
        if ["Query", "Mutation"].contains(&name.as_str()) {
            let names = object.fields.iter().map(|field| field.node.name.node.to_string());
            fields.extend(names.map(|field| (name.clone(), field)));
        }
    }
    fields
}

#[test]
fn every_root_field_has_a_document() {
    for (_, field) in root_fields() {
        assert!(path("operations").join(format!("{field}.graphql")).exists(), "{field}");
    }
}

#[test]
fn everything_is_described() {
    for definition in
        parse_schema(accountd::schema::sdl(accountd::config::Mode::Serve)).unwrap().definitions
    {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        assert!(definition.node.description.is_some(), "{name}");
        let TypeKind::Object(object) = definition.node.kind else { continue };
        for field in object.fields {
            assert!(field.node.description.is_some(), "{name}.{}", field.node.name.node);
            for argument in field.node.arguments {
                assert!(argument.node.description.is_some(), "{name}.{}", argument.node.name.node);
            }
        }
    }
}
