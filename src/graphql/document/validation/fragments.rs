//! 5.5: fragments.

use std::collections::HashSet;

use async_graphql::parser::types::TypeCondition;
use async_graphql::{Pos, Positioned};

use super::{Scopes, Validator};
use crate::graphql::document::cut;

impl<'a> Validator<'a> {
    /// Names and types of the fragments.
    pub(super) fn fragments(&mut self) {
        let document = self.document;
        let mut names = HashSet::new();
        for fragment in &document.fragments {
            // 5.5.1.1
            if !names.insert(fragment.name.node.as_str()) {
                let message = format!("Two fragments are named {}.", cut(&fragment.name.node));
                self.refuse(fragment.name.pos, message);
            }
            self.condition(&fragment.definition.node.type_condition);
        }
    }

    /// 5.5.1.2 and 5.5.1.3: a fragment is on a composite type that exists. Returns the type.
    pub(super) fn condition(&mut self, on: &'a Positioned<TypeCondition>) -> Option<&'a str> {
        let on = &on.node.on;
        let name = on.node.as_str();
        if self.catalog.composite(name).is_some() {
            return Some(name);
        }
        let message = if self.catalog.kind(name).is_some() {
            format!("A fragment can't be on {}, which has no fields.", cut(name))
        } else {
            self.unknown_type(name)
        };
        self.refuse(on.pos, message);
        None
    }

    /// The error for an unknown type.
    pub(super) fn unknown_type(&self, name: &str) -> String {
        let suggestion = self.suggestion(name, self.catalog.type_names());
        format!("There is no type {}.{suggestion}", cut(name))
    }

    /// 5.5.2.3: a fragment can apply where it is spread.
    pub(super) fn spread(&mut self, pos: Pos, on: Option<&str>, within: Option<&str>) {
        let (Some(on), Some(within)) = (on, within) else { return };
        let types = (self.catalog.composite(on), self.catalog.composite(within));
        let (Some(fragment), Some(parent)) = types else { return };
        if !fragment.possible.iter().any(|object| parent.possible.contains(object)) {
            let message = format!("A fragment on {} never applies in {}.", cut(on), cut(within));
            self.refuse(pos, message);
        }
    }

    /// 5.5.1.4: each fragment is spread by an operation.
    pub(super) fn unused_fragments(&mut self, scopes: &Scopes<'a>) {
        let reached = scopes.operations.iter().map(|operation| scopes.reach(operation));
        let reached: HashSet<&str> = reached.flatten().collect();
        let document = self.document;
        for fragment in &document.fragments {
            let name = &fragment.name;
            if !reached.contains(name.node.as_str()) {
                let message = format!("The fragment {} is never used.", cut(&name.node));
                self.refuse(name.pos, message);
            }
        }
    }
}
