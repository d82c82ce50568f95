//! Access and limits of fields: as declared, and as enforced.

use std::collections::BTreeMap;

use accountd::config::Mode;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use insta::assert_snapshot;

use crate::support::{TestApp, fields_of, sdl, server_sdl};

/// A call of every root field of the client's schema, with arguments of the right types and no sense.
pub(crate) fn calls() -> BTreeMap<String, String> {
    calls_of(&sdl(Mode::Serve))
}

/// A call of every root field of an SDL.
pub(crate) fn calls_of(sdl: &str) -> BTreeMap<String, String> {
    let calls = fields_of(sdl).into_iter().map(|(on, field)| {
        let name = field.name.node.to_string();
        let arguments = field.arguments.iter().map(|argument| &argument.node);
        let required = arguments.filter(|argument| !argument.ty.node.nullable);
        let given: Vec<_> =
            required.map(|it| format!("{}: {}", it.name.node, sample(&it.ty.node))).collect();
        let given =
            if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
        // The only field without fields of its own.
        let selection = if name == "pingGet" { "" } else { " { __typename }" };
        let call = format!("{} {{ {name}{given}{selection} }}", on.to_lowercase());
        (name, call)
    });
    calls.collect()
}

/// A value of a type.
fn sample(ty: &Type) -> &'static str {
    match &ty.base {
        BaseType::List(_) => "[\"x\"]",
        BaseType::Named(name) => match name.as_str() {
            "Boolean" => "true",
            "Int" => "1",
            "Assoc" => "{}",
            _ => "\"x\"",
        },
    }
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
    accountCreateIdTokenSession
    accountCreateMagicURLSession
    accountCreateMagicURLToken
    accountCreateOAuth2Token
    accountCreatePasskeySession
    accountCreatePasskeyToken
    accountCreatePhoneSession
    accountCreatePhoneToken
    accountCreateRecovery
    accountCreateRecoveryOTP
    accountCreateSession
    accountStatus
    accountUpdateEmailVerification
    accountUpdateEmailVerificationOTP
    accountUpdateMagicURLSession
    accountUpdatePasskeyToken
    accountUpdatePhoneSession
    accountUpdatePhoneVerification
    accountUpdateRecovery
    accountUpdateRecoveryOTP
    accountUpdateVerification
    pingGet
    ");
}

/// Access and limits of every root field, as the SDL says them.
#[test]
fn the_policies_are_these() {
    let mut policies = Vec::new();
    for definition in parse_schema(server_sdl(Mode::Serve)).unwrap().definitions {
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
