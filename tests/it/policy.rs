//! Who may call what, and how often: as declared, and as enforced.

use std::collections::BTreeMap;

use accountd::config::Mode;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use insta::assert_snapshot;

use crate::support::{TestApp, sdl};

/// A call of every root field, with arguments of the right types and no sense.
pub(crate) fn calls() -> BTreeMap<String, String> {
    let mut calls = BTreeMap::new();
    for definition in parse_schema(sdl(Mode::Serve)).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let on = definition.node.name.node.to_string();
        let TypeKind::Object(object) = definition.node.kind else { continue };
        if !["Query", "Mutation"].contains(&on.as_str()) {
            continue;
        }
        for field in object.fields {
            let name = field.node.name.node.to_string();
            let required =
                field.node.arguments.iter().filter(|argument| !argument.node.ty.node.nullable);
            let arguments: Vec<_> =
                required.map(|argument| format!("{}: \"x\"", argument.node.name.node)).collect();
            let arguments = if arguments.is_empty() {
                String::new()
            } else {
                format!("({})", arguments.join(", "))
            };
            calls.insert(
                name.clone(),
                format!("{} {{ {name}{arguments} {{ __typename }} }}", on.to_lowercase()),
            );
        }
    }
    calls
}

/// A guest gets past the guard of these fields, and of no other.
#[tokio::test]
async fn the_open_fields_are_these() {
    let app = TestApp::new().await;
    let mut open = Vec::new();
    for (name, document) in calls() {
        let answer = app.guest().query(&document).await;
        if answer.error() != "general_unauthorized_scope 401" {
            open.push(name);
        }
    }

    assert_snapshot!(open.join("\n"), @"
    accountCreate
    accountCreateAnonymousSession
    accountCreateEmailPasswordSession
    accountCreateEmailSession
    accountCreateEmailToken
    accountCreateMagicURLSession
    accountCreateMagicURLToken
    accountCreateOAuth2Token
    accountCreatePhoneSession
    accountCreatePhoneToken
    accountCreateRecovery
    accountCreateSession
    accountStatus
    accountUpdateEmailVerification
    accountUpdateMagicURLSession
    accountUpdatePhoneSession
    accountUpdatePhoneVerification
    accountUpdateRecovery
    accountUpdateVerification
    ");
}

/// Access and limits of every root field, as the SDL says them.
#[test]
fn the_policies_are_these() {
    let mut policies = Vec::new();
    for definition in parse_schema(sdl(Mode::Serve)).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let TypeKind::Object(object) = definition.node.kind else { continue };
        for field in object.fields {
            for directive in field.node.directives {
                let directive = directive.node;
                let arguments = directive.arguments.iter();
                let arguments: Vec<_> = arguments
                    .map(|(name, value)| format!("{}: {}", name.node, value.node))
                    .collect();
                let name = &field.node.name.node;
                policies.push(format!("{name} @{}({})", directive.name.node, arguments.join(", ")));
            }
        }
    }

    assert_snapshot!(policies.join("\n"));
}
