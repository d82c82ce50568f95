//! 5.8: variables.

use std::collections::HashMap;

use async_graphql::parser::types::{BaseType, Type, VariableDefinition};
use async_graphql::{Positioned, Value};

use super::values::Spot;
use super::{Place, Scope, Scopes, Usage, Validator};
use crate::graphql::catalog::named;
use crate::graphql::document::cut;

/// The variables of an operation by name.
type Definitions<'a> = HashMap<&'a str, &'a Positioned<VariableDefinition>>;

impl<'a> Validator<'a> {
    /// Checks the variables of each operation, and their uses in it and its fragments.
    pub(super) fn variables(&mut self, scopes: &Scopes<'a>) {
        let document = self.document;
        for (operation, scope) in document.operations.iter().zip(&scopes.operations) {
            let variables = &operation.definition.node.variable_definitions;
            let definitions = self.definitions(variables);
            let reached = scopes.reach(scope);
            let mut fragments: Vec<&Scope<'a>> =
                reached.iter().filter_map(|name| scopes.fragments.get(name)).collect();
            fragments.push(scope);
            let usages: Vec<&Usage> =
                fragments.into_iter().flat_map(|scope| &scope.usages).collect();
            for usage in &usages {
                self.usage(usage, &definitions);
            }
            // 5.8.4
            for variable in variables {
                let name = &variable.node.name.node;
                if !usages.iter().any(|usage| usage.name == *name) {
                    let message = format!("The variable {} is never used.", cut(name));
                    self.refuse(variable.pos, message);
                }
            }
        }
    }

    fn definitions(&mut self, variables: &'a [Positioned<VariableDefinition>]) -> Definitions<'a> {
        let mut definitions = Definitions::new();
        for definition in variables {
            let variable = &definition.node;
            let name = &variable.name.node;
            // 5.8.1
            if definitions.insert(name, definition).is_some() {
                let message = format!("The variable {} is defined twice.", cut(name));
                self.refuse(definition.pos, message);
            }
            let ty = &variable.var_type;
            let type_name = named(&ty.node);
            // 5.8.2
            if self.catalog.kind(type_name).is_none() {
                let message = self.unknown_type(type_name);
                self.refuse(ty.pos, message);
            } else if !self.catalog.is_input(type_name) {
                let message = format!("A variable can't be of the type {}.", cut(type_name));
                self.refuse(ty.pos, message);
            }
            if let Some(default) = &variable.default_value {
                let spot = Spot { pos: default.pos, argument: None, place: Place::Plain };
                let value = default.node.clone().into_value();
                self.value(&value, Some(&ty.node), spot, &mut Scope::default());
            }
        }
        definitions
    }

    fn usage(&mut self, usage: &Usage, definitions: &Definitions<'a>) {
        let name = &usage.name;
        // 5.8.3
        let Some(definition) = definitions.get(name.as_str()) else {
            let message = format!("The variable {} is not defined.", cut(name));
            self.refuse_argument(usage.pos, &usage.argument, message);
            return;
        };
        let Some(expected) = &usage.ty else { return };
        let variable = &definition.node;
        let ty = &variable.var_type.node;
        // Unknown types are reported where they are declared.
        if self.catalog.is_input(named(ty)) && !is_allowed(variable, expected, usage.place) {
            let message = match usage.place {
                Place::OneOf => format!(
                    "The variable {} of the type `{ty}` must not be null here: declare it as `{ty}!`.",
                    cut(name)
                ),
                Place::Plain | Place::HasDefault => format!(
                    "The variable {} of the type `{ty}` can't stand where `{expected}` is expected.",
                    cut(name)
                ),
            };
            self.refuse_argument(usage.pos, &usage.argument, message);
        }
    }
}

/// 5.8.5: whether a variable may be used where a type is expected.
fn is_allowed(variable: &VariableDefinition, expected: &Type, place: Place) -> bool {
    let ty = &variable.var_type.node;
    if place == Place::OneOf && ty.nullable {
        return false;
    }
    if expected.nullable || !ty.nullable {
        return is_compatible(ty, expected);
    }
    let default = variable.default_value.as_ref();
    let has_default = default.is_some_and(|default| default.node != Value::Null);
    // A default replaces a missing value.
    (has_default || place == Place::HasDefault)
        && is_compatible(ty, &Type { nullable: true, ..expected.clone() })
}

/// Whether one type is a subtype of another.
fn is_compatible(ty: &Type, expected: &Type) -> bool {
    if ty.nullable && !expected.nullable {
        return false;
    }
    match (&ty.base, &expected.base) {
        (BaseType::List(item), BaseType::List(expected)) => is_compatible(item, expected),
        (BaseType::Named(name), BaseType::Named(expected)) => name == expected,
        (BaseType::List(_), BaseType::Named(_)) | (BaseType::Named(_), BaseType::List(_)) => false,
    }
}
