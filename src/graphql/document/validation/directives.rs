//! 5.7: directives.

use std::collections::HashSet;

use async_graphql::Positioned;
use async_graphql::parser::types::{Directive, DirectiveLocation};

use super::{Scope, Validator};
use crate::graphql::document::cut;

impl<'a> Validator<'a> {
    /// Checks the directives of one place.
    pub(super) fn directives(
        &mut self,
        directives: &'a [Positioned<Directive>],
        location: DirectiveLocation,
        scope: &mut Scope<'a>,
    ) {
        let catalog = self.catalog;
        let mut names = HashSet::new();
        for Positioned { node: directive, pos } in directives {
            let name = directive.name.node.as_str();
            let definition = catalog.directive(name);
            let is_again = !names.insert(name);
            match definition {
                // 5.7.1
                None => self.refuse(*pos, format!("There is no directive {}.", cut(name))),
                Some(definition) => {
                    // 5.7.2
                    if !definition.locations.iter().any(|known| known.node == location) {
                        let message = format!("The directive {} can't stand here.", cut(name));
                        self.refuse(*pos, message);
                    }
                    // 5.7.3
                    if is_again && !definition.is_repeatable {
                        let message =
                            format!("The directive {} comes twice at one place.", cut(name));
                        self.refuse(*pos, message);
                    }
                }
            }
            let defined = definition.map(|definition| definition.arguments.as_slice());
            self.arguments(&directive.arguments, defined, (*pos, name), scope);
        }
    }
}
