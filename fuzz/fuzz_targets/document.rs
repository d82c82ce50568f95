//! The document guard: what passes keeps the caps and the rules of the specification; what doesn't is refused quickly, repeating little.
//!
//! An input is a document, then after a zero byte the operation to run, then after another the variables as JSON.
#![no_main]

use std::sync::{Arc, LazyLock};

use accountd::config::{Audience, DocumentLimits, Mode};
use accountd::graphql::catalog::Catalog;
use accountd::graphql::document::{check, Checked, DocumentError, Prepared};
use accountd::schema::Schema;
use async_graphql::Variables;
use async_graphql::parser::types::ExecutableDocument;
use fuzz::expanded::expand;
use fuzz::{parts, within_limit};
use libfuzzer_sys::fuzz_target;

/// How many errors of one document are reported.
const MAX_ERRORS: usize = 20;
/// How long a message is at most, in characters: 200 of the input, and words.
const MAX_MESSAGE: usize = 400;

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(|| {
    let schema = Schema::declared(Mode::Serve, Audience::Client).expect("the committed schema can be read");
    Arc::clone(schema.catalog())
});

fuzz_target!(|input: &str| {
    let [text, name, variables] = parts(input);
    let name = Some(name).filter(|name| !name.is_empty());
    let variables: Variables = serde_json::from_str(variables).unwrap_or_default();
    let limits = DocumentLimits::default();

    let open = within_limit(|| check(text, &CATALOG, &limits, true));
    let closed = within_limit(|| check(text, &CATALOG, &limits, false));

    match open {
        Ok(checked) => {
            if let Ok(prepared) = prepare(checked, name, &variables) {
                let introspects = keeps_the_caps(prepared.document(), &limits);
                assert_eq!(
                    closed.is_ok(),
                    !introspects,
                    "introspection is all that its switch refuses"
                );
            }
        }
        Err(errors) => {
            assert_short(&errors);
            assert!(closed.is_err(), "a switch that refuses admits nothing");
        }
    }
});

/// Makes an operation ready, and its variables.
fn prepare(checked: Checked, name: Option<&str>, variables: &Variables) -> Result<Prepared, ()> {
    let checked = Arc::new(checked);
    within_limit(|| {
        let prepared = Prepared::new(Arc::clone(&checked), name, &mut variables.clone(), &CATALOG);
        prepared.map_err(|errors| assert_short(&errors))
    })
}

fn assert_short(errors: &[DocumentError]) {
    assert!(!errors.is_empty() && errors.len() <= MAX_ERRORS.max(DocumentLimits::default().variables));
    for error in errors {
        assert!(error.message.chars().count() <= MAX_MESSAGE, "{}", error.message);
    }
}

/// Measures the document a second time, and returns whether it asks for the schema.
fn keeps_the_caps(document: &ExecutableDocument, limits: &DocumentLimits) -> bool {
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
