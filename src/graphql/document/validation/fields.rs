//! 5.3: fields exist, and have selections where their type does.

use async_graphql::parser::types::{DirectiveLocation, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

use super::{Scope, Validator};
use crate::graphql::catalog::{Kind, named};
use crate::graphql::document::cut;

impl<'a> Validator<'a> {
    /// Walks selections on a type, if it is known. The recursion is bounded by the limit on nesting.
    pub(super) fn selections(
        &mut self,
        set: &'a SelectionSet,
        on: Option<&'a str>,
        scope: &mut Scope<'a>,
    ) {
        for item in &set.items {
            let (directives, pos) = (item.node.directives(), item.pos);
            match &item.node {
                Selection::Field(field) => {
                    self.directives(directives, DirectiveLocation::Field, scope);
                    self.field(field, on, scope);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(directives, DirectiveLocation::InlineFragment, scope);
                    let scoped = match &inline.node.type_condition {
                        Some(condition) => {
                            let scoped = self.condition(condition);
                            self.spread(pos, scoped, on);
                            scoped
                        }
                        None => on,
                    };
                    self.selections(&inline.node.selection_set.node, scoped, scope);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(directives, DirectiveLocation::FragmentSpread, scope);
                    let name = spread.node.fragment_name.node.as_str();
                    scope.spreads.push(name);
                    let fragment = self.fragments.get(name);
                    let scoped = fragment.map(|one| one.type_condition.node.on.node.as_str());
                    self.spread(pos, scoped, on);
                }
            }
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, on: Option<&'a str>, scope: &mut Scope<'a>) {
        let catalog = self.catalog;
        let Positioned { node: field, pos } = field;
        let name = field.name.node.as_str();
        let parent = on.and_then(|on| Some((on, catalog.composite(on)?)));
        let definition = on.and_then(|on| catalog.any_field(on, name));
        // 5.3.1
        if let (Some((on, parent)), None) = (parent, definition) {
            let known = parent.fields.keys().map(Name::as_str);
            let suggestion = self.suggestion(name, known);
            let message = format!("The type {} has no field {}.{suggestion}", cut(on), cut(name));
            self.refuse(*pos, message);
        }
        let defined = definition.map(|definition| definition.arguments.as_slice());
        self.arguments(&field.arguments, defined, (*pos, name), scope);
        let ty = definition.map(|definition| named(&definition.ty.node).as_str());
        let selections = &field.selection_set.node;
        // 5.3.3
        match ty.and_then(|ty| catalog.kind(ty)) {
            Some(Kind::Composite(_)) if selections.items.is_empty() => {
                let message = format!(
                    "The field {} has fields of its own: select some, as in `{{ {name} {{ … }} }}`.",
                    cut(name)
                );
                self.refuse(*pos, message);
            }
            Some(Kind::Scalar | Kind::Enum(_) | Kind::Input(_)) if !selections.items.is_empty() => {
                let message = format!("The field {} has no fields of its own.", cut(name));
                self.refuse(field.selection_set.pos, message);
            }
            Some(_) | None => {}
        }
        self.selections(selections, ty, scope);
    }
}
