//! A field as the engine's registry has it, in the form that the SDL is read in.

use async_graphql::parser::types::{ConstDirective, FieldDefinition, InputValueDefinition, Type};
use async_graphql::registry::{MetaDirectiveInvocation, MetaField, MetaInputValue};
use async_graphql::{Name, Pos, Positioned};

/// Name, arguments and directives of a field; nothing where a type can't be read.
pub(super) fn definition_of(field: &MetaField) -> Option<FieldDefinition> {
    Some(FieldDefinition {
        description: None,
        name: name(&field.name),
        arguments: field.args.values().map(argument).collect::<Option<_>>()?,
        ty: placed(Type::new(&field.ty)?),
        directives: field.directive_invocations.iter().map(directive).collect(),
    })
}

fn argument(argument: &MetaInputValue) -> Option<Positioned<InputValueDefinition>> {
    Some(placed(InputValueDefinition {
        description: None,
        name: name(&argument.name),
        ty: placed(Type::new(&argument.ty)?),
        default_value: None,
        directives: Vec::new(),
    }))
}

fn directive(directive: &MetaDirectiveInvocation) -> Positioned<ConstDirective> {
    let arguments = directive.args.iter();
    let arguments = arguments.map(|(argument, value)| (name(argument), placed(value.clone())));
    placed(ConstDirective { name: name(&directive.name), arguments: arguments.collect() })
}

fn name(name: &str) -> Positioned<Name> {
    placed(Name::new(name))
}

/// A part of a text that nobody wrote.
fn placed<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}
