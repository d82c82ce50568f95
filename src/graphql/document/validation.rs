//! Validates documents: section 5 of the specification of September 2025.
//!
//! Validation runs after the limits, which bound its work. Two rules are in `measure.rs`, because all walks
//! rely on them: fragments exist (5.5.2.1) and form no cycles (5.5.2.2). The parser accepts only operations
//! and fragments (5.1.1).

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

/// The most errors that are reported for one document.
const MAX_ERRORS: usize = 20;

/// Validates a document, and returns its errors in the order of the text. With `suggests`, errors suggest
/// similar names.
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
    // A fragment that several operations use may have the same error in each.
    errors.dedup();
    errors.truncate(MAX_ERRORS);
    errors
}

/// A document being validated.
struct Validator<'a> {
    document: &'a Document,
    catalog: &'a Catalog,
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    suggests: bool,
    errors: Vec<DocumentError>,
}

/// The uses of variables in an operation or fragment itself, and the fragments that it spreads.
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

/// A use of a variable.
struct Usage {
    name: Name,
    pos: Pos,
    /// The argument it is used in.
    argument: Name,
    /// The expected type; none within a custom scalar.
    ty: Option<Type>,
    /// Whether the place has a default, or is a field of a `@oneOf` object.
    place: Place,
}

/// Properties of a place for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Plain,
    HasDefault,
    OneOf,
}

impl<'a> Validator<'a> {
    /// Walks operations and fragments: fields, arguments, values and directives.
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

    /// Adds an error, unless there are enough.
    fn refuse(&mut self, pos: Pos, message: String) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(DocumentError::invalid(message, Some(pos)));
        }
    }

    /// Adds an error about an argument.
    fn refuse_argument(&mut self, pos: Pos, argument: &str, message: String) {
        if self.errors.len() < MAX_ERRORS {
            let argument = Some(argument.to_owned());
            self.errors
                .push(DocumentError { argument, ..DocumentError::invalid(message, Some(pos)) });
        }
    }
}

impl<'a> Scopes<'a> {
    /// The names of the fragments that a scope uses, directly or not.
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
