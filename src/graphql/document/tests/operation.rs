//! Which operation of a document runs, and what it has to say of itself.

use async_graphql::Variables;
use serde_json::json;

use super::*;

/// N-85: an operation that isn't unique, or doesn't exist.
#[test]
fn the_operation_must_be_clear() {
    let two = "query A { a } query B { b }";
    let limits = DocumentLimits::default();

    assert_eq!(error_kind(two), Some(DocumentErrorKind::Invalid));
    assert_eq!(error_kind_with(two, Some("C"), &limits), Some(DocumentErrorKind::Invalid));
    assert_eq!(error_kind_with("{ a }", Some("A"), &limits), Some(DocumentErrorKind::Invalid));
    assert_eq!(error_kind_with(two, Some("B"), &limits), None);
    assert_eq!(error_kind("query A { a }"), None);
}

/// N-84: introspection is refused by name where it is off.
#[test]
fn introspection_can_be_refused() {
    for text in [
        "{ __schema { types { name } } }",
        "{ x: __type(name: \"User\") { name } }",
        "{ ...F } fragment F on Query { __schema { __typename } }",
    ] {
        let refused = check(text, None, &Variables::default(), &DocumentLimits::default(), false);
        assert!(refused.unwrap_err().message.starts_with("Introspection"));
    }
    let refused =
        check("{ __typename }", None, &Variables::default(), &DocumentLimits::default(), false);
    assert!(refused.is_ok());
}

#[test]
fn required_variables_are_required_before_anything_runs() {
    let text = "mutation($e: String!, $n: String, $d: String! = \"x\") { a(e: $e) }";
    let with = |variables| {
        check(text, None, &Variables::from_json(variables), &DocumentLimits::default(), true)
            .is_ok()
    };

    assert!(with(json!({"e": "x"})));
    assert!(!with(json!({})));
    assert!(!with(json!({"e": null})));
    // A default stands in for a missing value, not for null.
    assert!(!with(json!({"e": "x", "d": null})));
}

#[test]
fn a_mutation_names_each_key_once() {
    for text in [
        "mutation { a a }",
        "mutation { a b: a ... { a } }",
        "mutation { a ...F } fragment F on Mutation { a }",
        "mutation { ...F ...F } fragment F on Mutation { a }",
    ] {
        assert_eq!(error_kind(text), Some(DocumentErrorKind::Invalid), "{text}");
    }
    assert_eq!(error_kind("mutation { a b: a }"), None);
    assert_eq!(error_kind("{ a a }"), None);
}
