//! The document guard: what passes can be parsed and keeps the caps; what doesn't is refused quickly, quoting nothing.
//!
//! An input is a document, then after a zero byte the operation to run, then after another the variables as JSON.
#![no_main]

use accountd::graphql::document::Checked;
use accountd::graphql::document::Limits;
use accountd::graphql::document::check;
use async_graphql::Variables;
use async_graphql::parser::parse_query;
use fuzz::expanded::expand;
use fuzz::parts;
use fuzz::within_budget;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let [text, name, variables] = parts(input);
    let name = Some(name).filter(|name| !name.is_empty());
    let variables: Variables = serde_json::from_str(variables).unwrap_or_default();
    let limits = Limits::default();

    let open = within_budget(|| check(text, name, &variables, &limits, true));
    let closed = within_budget(|| check(text, name, &variables, &limits, false));

    match &open {
        Ok(checked) => {
            let introspects = keeps_the_caps(text, checked, &limits);
            assert_eq!(
                closed.is_ok(),
                !introspects,
                "introspection is all that its switch refuses"
            );
        }
        Err(refusal) => {
            assert!(refusal.message.len() <= 100 + limits.name_bytes, "{}", refusal.message);
            assert!(closed.is_err(), "a switch that refuses admits nothing");
        }
    }
});

/// Measures the document a second time, and tells whether it asks for the schema.
fn keeps_the_caps(text: &str, checked: &Checked, limits: &Limits) -> bool {
    assert!(text.len() <= limits.document_bytes);
    assert!(parse_query(text).is_ok(), "the engine reads what has passed");
    assert!(checked.operation().is_some(), "there is something to run");
    let document = checked.document();
    assert!(document.fragments.len() <= limits.fragments);
    assert!(document.operations.iter().count() <= limits.operations);
    let mut introspects = false;
    for (_, operation) in document.operations.iter() {
        let expanded = expand(document, &operation.node.selection_set.node);
        assert!(operation.node.variable_definitions.len() <= limits.variables);
        assert!(expanded.root_fields <= limits.root_fields, "{expanded:?}");
        assert!(expanded.selections <= limits.selections, "{expanded:?}");
        assert!(expanded.complexity <= limits.complexity, "{expanded:?}");
        assert!(expanded.aliases <= limits.aliases, "{expanded:?}");
        assert!(expanded.levels <= limits.depth + 1, "{expanded:?}");
        introspects |= expanded.introspects;
    }
    let mut fragments = document.fragments.values();
    introspects | fragments.any(|one| expand(document, &one.node.selection_set.node).introspects)
}
