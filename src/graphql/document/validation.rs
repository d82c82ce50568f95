//! The rules that a document must keep to be executed: section 5 of the specification of September 2025.
//!
//! They run behind the limits, which bound what is walked: the tokens of the text, and the fields that fragments make of them.
//! Two rules stand in `measure.rs`, since all walks rely on them: fragments that are spread exist (5.5.2.1) and form no cycles
//! (5.5.2.2). That a document defines nothing but operations and fragments (5.1.1) is the parser's.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{DirectiveLocation, FragmentDefinition, OperationType, Type};
use async_graphql::{Name, Pos};

use super::syntax::Document;
use super::{DocumentError, cut};
use crate::graphql::catalog::{Catalog, root};

mod arguments;
mod directives;
mod fields;
mod fragments;
mod operations;
mod overlap;
mod suggestions;
mod values;
mod variables;

pub(crate) use suggestions::suggestion;

/// How many errors of one document are told.
const MAX_ERRORS: usize = 20;

/// Checks a document against a schema, and answers what is wrong with it in the order of the text; `suggests` names what
/// could have been meant.
pub(super) fn validate(
    document: &Document,
    catalog: &Catalog,
    suggests: bool,
) -> Vec<DocumentError> {
    let fragments = document.fragments_by_name();
    let mut validator = Validator { document, catalog, fragments, suggests, errors: Vec::new() };
    validator.operations();
    validator.fragments();
    let scopes = validator.scopes();
    validator.unused_fragments(&scopes);
    validator.variables(&scopes);
    validator.overlapping_fields();
    for key in &document.repeated_keys {
        // 5.6.3
        validator.refuse(key.pos, format!("The key {} comes twice in an object.", cut(&key.node)));
    }
    let mut errors = validator.errors;
    errors.sort_by_key(|error| error.position);
    // A fragment of several operations may be wrong in the same way in all of them.
    errors.dedup();
    errors.truncate(MAX_ERRORS);
    errors
}

/// A document on its way through the rules.
struct Validator<'a> {
    document: &'a Document,
    catalog: &'a Catalog,
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    suggests: bool,
    errors: Vec<DocumentError>,
}

/// What an operation or a fragment uses, without the fragments that it spreads.
#[derive(Default)]
struct Scope<'a> {
    usages: Vec<Usage>,
    spreads: Vec<&'a str>,
}

/// The scopes of a document's definitions, in their order.
struct Scopes<'a> {
    operations: Vec<Scope<'a>>,
    fragments: HashMap<&'a str, Scope<'a>>,
}

/// A variable where it is used.
struct Usage {
    name: Name,
    pos: Pos,
    /// The argument that it is in.
    argument: Name,
    /// What is expected there; nothing within a scalar that takes objects.
    ty: Option<Type>,
    /// Whether the place has a default, or is the field of an object that wants exactly one.
    place: Place,
}

/// What is special about a place for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Plain,
    HasDefault,
    OneOf,
}

impl<'a> Validator<'a> {
    /// Walks the operations and the fragments: fields, arguments, values and directives.
    fn scopes(&mut self) -> Scopes<'a> {
        let document = self.document;
        let mut operations = Vec::new();
        for operation in &document.operations {
            let operation = &operation.definition.node;
            let location = match operation.ty {
                OperationType::Query => DirectiveLocation::Query,
                OperationType::Mutation => DirectiveLocation::Mutation,
                OperationType::Subscription => DirectiveLocation::Subscription,
            };
            let mut scope = Scope::default();
            self.directives(&operation.directives, location, &mut scope);
            for variable in &operation.variable_definitions {
                let directives = &variable.node.directives;
                self.directives(directives, DirectiveLocation::VariableDefinition, &mut scope);
            }
            self.selections(&operation.selection_set.node, Some(root(operation.ty)), &mut scope);
            operations.push(scope);
        }
        let mut fragments = HashMap::new();
        for fragment in &document.fragments {
            let (name, fragment) = (&fragment.name.node, &fragment.definition.node);
            let mut scope = Scope::default();
            let location = DirectiveLocation::FragmentDefinition;
            self.directives(&fragment.directives, location, &mut scope);
            let on = &fragment.type_condition.node.on.node;
            self.selections(&fragment.selection_set.node, Some(on), &mut scope);
            fragments.entry(name.as_str()).or_insert(scope);
        }
        Scopes { operations, fragments }
    }

    /// Adds an error. Of many only so many are told, so that no more than that are made.
    fn refuse(&mut self, pos: Pos, message: String) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(DocumentError::invalid(message, Some(pos)));
        }
    }

    /// Adds an error that is about an argument.
    fn refuse_argument(&mut self, pos: Pos, argument: &str, message: String) {
        if self.errors.len() < MAX_ERRORS {
            let argument = Some(argument.to_owned());
            self.errors
                .push(DocumentError { argument, ..DocumentError::invalid(message, Some(pos)) });
        }
    }
}

impl<'a> Scopes<'a> {
    /// The names of the fragments that a scope reaches, each once.
    fn reach(&self, scope: &Scope<'a>) -> HashSet<&'a str> {
        let mut reached = HashSet::new();
        let mut next: Vec<&str> = scope.spreads.clone();
        while let Some(name) = next.pop() {
            if reached.insert(name)
                && let Some(fragment) = self.fragments.get(name)
            {
                next.extend(&fragment.spreads);
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests;
