//! The whole way of a request to its first resolver: the gate, and behind it the engine with the real schema, without introspection.
//!
//! An input is a document, then after a zero byte the operation to run, then after another the variables as JSON.
#![no_main]

use std::sync::{Arc, LazyLock};

use accountd::config::{Audience, DocumentLimits, Mode};
use accountd::graphql::documents::{Documents, TrustedDocuments};
use accountd::graphql::gate::{AllowedOperations, Document, Execution, Gate, GraphqlRequest};
use accountd::schema::{Mutation, Query, Schema, Subscription};
use async_graphql::{Request, Response, ValidationMode};
use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use futures_executor::block_on;
use fuzz::{parts, within_limit};
use libfuzzer_sys::fuzz_target;

/// What an answer may hold in errors (GQ-9).
const MAX_ERRORS: usize = 20;
const MAX_ERROR_TEXT: usize = 64 * 1024;

/// An engine with the fields of production.
type Engine = async_graphql::Schema<Query, Mutation, Subscription>;

/// Stops an operation where its first field would run.
struct Dry;

impl ExtensionFactory for Dry {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Dry {
    async fn execute(
        &self,
        _: &ExtensionContext<'_>,
        _: Option<&str>,
        _: NextExecute<'_>,
    ) -> Response {
        Response::default()
    }
}

static GATE: LazyLock<Arc<Gate<Engine>>> = LazyLock::new(|| {
    let engine = Engine::build(Query::default(), Mutation::default(), Subscription::default())
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        .extension(Dry)
        .finish();
    let schema = Schema::declared(Mode::Serve, Audience::Client).expect("the committed schema can be read");
    let catalog = Arc::clone(schema.catalog());
    let trusted = TrustedDocuments::default();
    let documents = Documents::new(catalog, DocumentLimits::default(), false, trusted);
    Arc::new(Gate::new(engine, documents))
});

fuzz_target!(|input: &str| {
    let [text, name, variables] = parts(input);
    let variables: async_graphql::Variables = serde_json::from_str(variables).unwrap_or_default();
    let request = || {
        let mut request = Request::new(text).variables(variables.clone());
        request.operation_name = Some(name.to_owned()).filter(|name| !name.is_empty());
        GraphqlRequest::new(request, Document::Sent { id: None })
    };

    // Subscriptions begin to run with their first look, so they stay outside.
    let allowed_operations = AllowedOperations { mutations: true, subscriptions: false };
    let outcome = within_limit(|| block_on(GATE.execute(request(), allowed_operations)));

    let response = match outcome {
        Execution::Oversized(response) => response,
        Execution::Finished(completed) => completed.response,
        Execution::MutationByGet | Execution::Streaming(_) => unreachable!("see `admits`"),
    };
    assert!(response.errors.len() <= MAX_ERRORS, "{} errors", response.errors.len());
    let length: usize = response.errors.iter().map(|error| error.message.len()).sum();
    assert!(length <= MAX_ERROR_TEXT, "{length} bytes of errors");
    let suggests = response.errors.iter().any(|error| error.message.contains("Did you mean"));
    assert!(!suggests, "EN-8: nothing maps the schema where it can't be asked for");
});
