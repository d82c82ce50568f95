//! The schema that is published: the committed SDL, and the operation documents.

use std::path::PathBuf;
use std::sync::Arc;

use accountd::config::{Audience, Mode};
use accountd::error::catalog::{CATALOG, Source};
use accountd::schema::Schema;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

use crate::support::{fields_of, server_sdl};

#[test]
fn the_committed_descriptions_are_the_served_ones() {
    let sdl = crate::support::sdl(Mode::Serve);
    let catalog = crate::support::server_catalog(Mode::Serve);
    let openapi = accountd::openapi::describe(catalog.rest(), accountd::openapi::DEV_SERVER);
    let descriptions = [
        ("schema/schema.graphql", sdl.clone()),
        ("schema/server.graphql", server_sdl(Mode::Serve)),
        // The example has its own, so that its folder can be copied out.
        ("examples/react/schema.graphql", sdl),
        ("schema/openapi.json", openapi),
        ("docs/errors.md", errors_page()),
        ("docs/configuration.md", crate::configuration::page()),
    ];
    for (name, text) in descriptions {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &text).unwrap();
        }

        let committed = std::fs::read_to_string(&file).unwrap_or_default();

        assert!(committed == text, "{name} is out of date: UPDATE=1 cargo test --test it schema");
    }
}

/// C-53: the table of all errors, as `docs/errors.md` has it.
fn errors_page() -> String {
    let sources = [Source::AnyField, Source::Fields, Source::Request, Source::Provider];
    let parts = sources.map(|source| {
        let errors = CATALOG.iter().filter(|error| error.from == source);
        let rows = errors.map(|error| {
            let codes: Vec<_> = error.codes.iter().map(u16::to_string).collect();
            format!("| `{}` | {} | {} |\n", error.name, codes.join(", "), error.meaning)
        });
        let rows: String = rows.collect();
        format!(
            "\n## {}\n| type | status | what it means |\n| --- | --- | --- |\n{rows}",
            source.title()
        )
    });
    format!("{ERRORS_INTRODUCTION}{}", parts.concat())
}

const ERRORS_INTRODUCTION: &str = "\
<!-- Written by `UPDATE=1 cargo test --test it schema`, from src/error/catalog.rs. -->
# Errors
In GraphQL, a failed field has an entry in `errors`, with `extensions.type` and `extensions.code`; HTTP stays 200, and
the other fields are returned. In REST, the response has the error's status and `{ message, code, type, version }`. Check
`type` in your code: messages are for people, and may change.

| member of `extensions` | meaning |
| --- | --- |
| `type`, `code` | the error, and its status |
| `argument` | the argument that is wrong, if it is one |
| `retryAfter` | the number of seconds to wait before trying again (`Retry-After` in HTTP) |
| `id` | for a `general_server_error`: the id under which the server's log has the cause |
| `hint` | under `accountd dev`: the cause, or the configuration key to change; also in REST |

The description of each field, in the schema and in GraphiQL, ends with the errors that it can return.
";

/// C-53: whatever a description names as an error is one.
#[test]
fn descriptions_name_errors_that_exist() {
    for (on, field) in fields_of(&server_sdl(Mode::Serve)) {
        let description = field.description.map(|text| text.node).unwrap_or_default();
        let Some((_, errors)) = description.rsplit_once("Errors: ") else { continue };
        for error in errors.trim_end_matches('.').split(", ") {
            let name = error.trim_matches('`');
            let known = CATALOG.iter().any(|known| known.name == name);
            assert!(known, "{on}.{}: {error}", field.name.node);
        }
    }
}

/// GraphiQL can't show directives: in development descriptions say access, limits and routes in words.
#[test]
fn descriptions_of_dev_match_their_directives() {
    let described = |mode| {
        let mut fields = crate::support::root_fields(mode).into_iter().map(|(_, field)| field);
        let field = fields.find(|field| field.name.node == "accountCreateRecovery").unwrap();
        field.description.unwrap().node
    };

    insta::assert_snapshot!(described(Mode::Dev), @r"
    Sends an e-mail with a link for setting a new password, valid for one hour. The response is the same
    whether or not the address has an account. The link has `userId` and `secret` for
    `accountUpdateRecovery`.

    Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `user_not_found`, `general_argument_invalid`, `general_rate_limit_exceeded`.

    - Access: everyone
    - REST: `POST /v1/account/recovery`
    - Limit: 10 calls an hour for each `email`, together with the other fields that share `createRecovery`
    - Limit: 10 calls an hour for each network, together with the other fields that share `createRecovery`
    ");
    assert!(!described(Mode::Serve).contains("Access:"));
}

/// The engine is built and its SDL read once for all servers of a process with the same fields and limits.
#[test]
fn a_schema_is_built_once() {
    let declared = |mode, audience| Schema::declared(mode, audience).unwrap();
    let (first, again) =
        (declared(Mode::Serve, Audience::Client), declared(Mode::Serve, Audience::Client));

    assert!(Arc::ptr_eq(&first, &again));
    for (mode, audience, of_dev, of_servers) in [
        (Mode::Serve, Audience::Client, false, false),
        (Mode::Dev, Audience::Client, true, false),
        (Mode::Serve, Audience::Server, false, true),
        (Mode::Dev, Audience::Server, true, true),
    ] {
        let sdl = declared(mode, audience).sdl().to_owned();
        let has = |field: &str| sdl.contains(&format!("\t{field}("));
        let found = (has("accountCreate"), has("devInbox"), has("usersGet"));
        assert_eq!(found, (true, of_dev, of_servers), "{mode:?} {audience:?}");
    }
}

/// The names of all root fields.
pub(crate) fn root_fields() -> Vec<(String, String)> {
    let fields = fields_of(&server_sdl(Mode::Serve)).into_iter();
    fields.map(|(on, field)| (on, field.name.node.to_string())).collect()
}

#[test]
fn every_root_field_has_a_document() {
    for (_, field) in root_fields() {
        crate::support::operation(&field);
    }
}

#[test]
fn everything_is_described() {
    for definition in parse_schema(server_sdl(Mode::Serve)).unwrap().definitions {
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
