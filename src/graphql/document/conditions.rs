//! Decides the conditions of `@skip` and `@include` before the engine runs the operation.
//!
//! The engine treats a condition as false if its variable has no value, and ignores the variable's default.
//! It would run what `@skip` excludes, and exclude what `@include` includes (docs/decisions.md). So each
//! condition is decided here, and the engine gets the defaults as if the client had sent them.

use std::collections::HashSet;

use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};

use super::DocumentError;

/// Whether a directive is a condition.
pub(super) fn is_condition(directive: &Directive) -> bool {
    matches!(directive.name.node.as_str(), "skip" | "include")
}

/// Whether a selection anywhere in a document has a condition.
pub(super) fn has_any(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
    let mut sets: Vec<_> = operations.chain(fragments).map(|set| &set.node).collect();
    while let Some(set) = sets.pop() {
        for item in &set.items {
            if item.node.directives().iter().any(|directive| is_condition(&directive.node)) {
                return true;
            }
            match &item.node {
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}

/// Fails if a condition is neither true nor false.
pub(super) fn check(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), DocumentError> {
    let mut spread = HashSet::new();
    let mut sets = vec![&operation.selection_set.node];
    while let Some(set) = sets.pop() {
        for item in &set.items {
            for directive in item.node.directives() {
                if is_condition(&directive.node) {
                    check_condition(directive, operation, variables)?;
                }
            }
            match &item.node {
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(fragment) => {
                    let name = fragment.node.fragment_name.node.as_str();
                    if spread.insert(name) {
                        let fragment = document.fragments.get(name);
                        sets.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                    }
                }
            }
        }
    }
    if operation.ty == OperationType::Subscription {
        refuse_conditional_root(&operation.selection_set.node)?;
    }
    Ok(())
}

/// Adds the defaults of missing variables to `variables` (specification, 6.1.2).
pub(super) fn fill_in_defaults(operation: &OperationDefinition, variables: &mut Variables) {
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        if !variables.contains_key(&definition.name.node)
            && let Some(default) = &definition.default_value
        {
            variables.insert(definition.name.node.clone(), default.node.clone());
        }
    }
}

fn check_condition(
    directive: &Positioned<Directive>,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), DocumentError> {
    let name = &directive.node.name.node;
    let Some(condition) = directive.node.get_argument("if") else {
        let message = format!("The directive @{name} needs the argument `if`.");
        return Err(DocumentError::invalid(message, Some(directive.pos)));
    };
    let value = condition.node.clone();
    let value = value.into_const_with(|variable| decided(&variable, operation, variables));
    let problem = match value {
        Ok(Value::Boolean(_)) => return Ok(()),
        Ok(_) => format!("The condition of @{name} must be true or false."),
        Err(problem) => problem,
    };
    Err(DocumentError::invalid(problem, Some(condition.pos)))
}

/// The value of a condition's variable, or an error.
fn decided(
    name: &Name,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<Value, String> {
    let mut definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let Some(definition) = definitions.find(|definition| definition.name.node == *name) else {
        return Err(format!("The variable ${name} is not defined."));
    };
    let ty = &definition.var_type.node;
    let default = definition.default_value.as_ref().map(|default| &default.node);
    let may_be_null = ty.nullable && default.is_none_or(|default| *default == Value::Null);
    if ty.base != BaseType::Named(Name::new("Boolean")) || may_be_null {
        return Err(format!(
            "The variable ${name} decides a condition: its type must be Boolean!, or Boolean with a default."
        ));
    }
    match variables.get(name).or(default) {
        Some(value @ Value::Boolean(_)) => Ok(value.clone()),
        _ => Err(format!("The variable ${name} must be true or false.")),
    }
}

/// Rejects a condition at the root field of a subscription (specification of September 2025, 5.2.4.1).
fn refuse_conditional_root(set: &SelectionSet) -> Result<(), DocumentError> {
    let mut directives = set.items.iter().flat_map(|item| item.node.directives());
    match directives.find(|directive| is_condition(&directive.node)) {
        Some(directive) => {
            let message = "The field of a subscription can't be skipped.";
            Err(DocumentError::invalid(message, Some(directive.pos)))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::*;

    fn is_known(text: &str, variables: Json) -> bool {
        let document = parse_query(text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        check(&document, &operation.node, &Variables::from_json(variables)).is_ok()
    }

    /// C-01, C-02: a default decides like any other value, wherever the condition stands.
    #[test]
    fn a_default_decides() {
        for text in [
            "query ($x: Boolean = true) { a @skip(if: $x) }",
            "query ($x: Boolean! = true) { a @include(if: $x) }",
            "query ($x: Boolean = false) { ... @include(if: $x) { a } }",
            "query ($x: Boolean = true) { a { ...F @skip(if: $x) } } fragment F on A { b }",
            "query ($x: Boolean = true) { ...F } fragment F on Query { a { b @skip(if: $x) } }",
            "query { a @skip(if: true) b @include(if: false) }",
        ] {
            assert!(is_known(text, json!({})), "{text}");
        }
    }

    /// C-03: what is neither true nor false is refused, and doesn't count as false.
    #[test]
    fn an_unknown_condition_is_refused() {
        for (text, variables) in [
            ("query ($x: Boolean) { a @include(if: $x) }", json!({})),
            ("query ($x: Boolean) { a @include(if: $x) }", json!({"x": true})),
            ("query ($x: Boolean = null) { a @skip(if: $x) }", json!({"x": true})),
            ("query ($x: Boolean = true) { a @skip(if: $x) }", json!({"x": null})),
            ("query ($x: Boolean = true) { a @skip(if: $x) }", json!({"x": "true"})),
            ("query ($x: Boolean!) { a @skip(if: $x) }", json!({"x": 1})),
            ("query ($x: String! = \"a\") { a @skip(if: $x) }", json!({})),
            ("query ($x: [Boolean!]! = [true]) { a @skip(if: $x) }", json!({})),
            ("query { a @skip(if: $x) }", json!({"x": true})),
            ("query { ...F } fragment F on Query { a @skip(if: $x) }", json!({"x": true})),
            ("query { a @skip }", json!({})),
            ("query { a @skip(unless: true) }", json!({})),
            ("query { a @skip(if: \"true\") }", json!({})),
            ("query { a @include(if: [true]) }", json!({})),
            ("subscription { a @skip(if: false) }", json!({})),
        ] {
            assert!(!is_known(text, variables), "{text}");
        }
    }

    #[test]
    fn defaults_stand_in_for_what_is_missing_but_not_for_null() {
        let document = parse_query("query ($a: Int = 1, $b: Int = 2, $c: Int = 3, $d: Int) { a }");
        let document = document.unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let mut variables = Variables::from_json(json!({"b": 5, "c": null}));

        fill_in_defaults(&operation.node, &mut variables);

        assert_eq!(serde_json::to_value(&variables).unwrap(), json!({"a": 1, "b": 5, "c": null}));
    }
}
