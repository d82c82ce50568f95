//! 5.4: arguments of fields and directives.

use std::collections::HashSet;

use async_graphql::parser::types::InputValueDefinition;
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

use super::values::Spot;
use super::{Place, Scope, Validator};
use crate::graphql::document::cut;

impl<'a> Validator<'a> {
    /// Checks the arguments of something at a position with a name; `defined` has its declared arguments, if
    /// known.
    pub(super) fn arguments(
        &mut self,
        given: &'a [(Positioned<Name>, Positioned<Value>)],
        defined: Option<&'a [Positioned<InputValueDefinition>]>,
        (pos, callee): (Pos, &str),
        scope: &mut Scope<'a>,
    ) {
        let mut names = HashSet::new();
        for (name, value) in given {
            // 5.4.2
            if !names.insert(name.node.as_str()) {
                let message = format!("The argument {} comes twice.", cut(&name.node));
                self.refuse_argument(name.pos, &name.node, message);
            }
            let known = || defined.unwrap_or_default().iter().map(|argument| &argument.node);
            let definition = known().find(|argument| argument.name.node == name.node);
            // 5.4.1
            if defined.is_some() && definition.is_none() {
                let names = known().map(|argument| argument.name.node.as_str());
                let suggestion = self.suggestion(&name.node, names);
                let (callee, unknown) = (cut(callee), cut(&name.node));
                let message = format!("{callee} has no argument {unknown}.{suggestion}");
                self.refuse_argument(name.pos, &name.node, message);
            }
            let place = match definition {
                Some(InputValueDefinition { default_value: Some(_), .. }) => Place::HasDefault,
                Some(_) | None => Place::Plain,
            };
            let spot = Spot { pos: value.pos, argument: Some(&name.node), place };
            let ty = definition.map(|definition| &definition.ty.node);
            self.value(&value.node, ty, spot, scope);
        }
        for argument in defined.unwrap_or_default() {
            let InputValueDefinition { name, ty, default_value, .. } = &argument.node;
            let is_required = !ty.node.nullable && default_value.is_none();
            // 5.4.3
            if is_required && !names.contains(name.node.as_str()) {
                let message = format!("The argument {} is required.", cut(&name.node));
                self.refuse_argument(pos, &name.node, message);
            }
        }
    }
}
