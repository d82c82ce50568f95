//! 5.2: operations.

use std::collections::HashSet;

use async_graphql::parser::types::OperationType;

use super::Validator;
use crate::graphql::catalog::root;
use crate::graphql::document::cut;
use crate::graphql::document::executable::root_fields;
use crate::graphql::document::syntax::Operation;

impl Validator<'_> {
    /// Names, kinds and roots of the operations.
    pub(super) fn operations(&mut self) {
        let document = self.document;
        let mut names = HashSet::new();
        for operation in &document.operations {
            let pos = operation.definition.pos;
            match &operation.name {
                // 5.2.2.1
                Some(name) if !names.insert(name.node.as_str()) => {
                    let message = format!("Two operations are named {}.", cut(&name.node));
                    self.refuse(name.pos, message);
                }
                // 5.2.3.1
                None if document.operations.len() > 1 => {
                    let message = "An operation without a name must be the only one.";
                    self.refuse(pos, message.to_owned());
                }
                Some(_) | None => {}
            }
            let ty = operation.definition.node.ty;
            // 5.2.1.1
            if self.catalog.composite(root(ty)).is_none() {
                self.refuse(pos, format!("The schema has no operations of the kind `{ty}`."));
            }
        }
        for operation in &document.operations {
            if operation.definition.node.ty == OperationType::Subscription {
                self.single_root(operation);
            }
        }
    }

    /// 5.2.4.1: a subscription selects one field, without a condition.
    fn single_root(&mut self, operation: &Operation) {
        let set = &operation.definition.node.selection_set.node;
        let fields = root_fields(set, &self.fragments);
        let mut keys = HashSet::new();
        for root in fields {
            let field = &root.field.node;
            let is_other = keys.insert(field.response_key().node.clone()) && keys.len() > 1;
            let message = if is_other {
                "A subscription has exactly one field."
            } else if field.name.node.starts_with("__") {
                "A subscription has exactly one field, which is not an introspection field."
            } else if root.is_conditional {
                "The field of a subscription can't be skipped."
            } else {
                continue;
            };
            self.refuse(root.field.pos, message.to_owned());
        }
    }
}
