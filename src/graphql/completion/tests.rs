//! Answers of a small schema with slow and failing fields, through the gate.
#![expect(clippy::unused_async, reason = "resolvers are asynchronous")]

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{EmptySubscription, Object, Request, Schema, SimpleObject, Variables};
use serde_json::json;

use crate::config::DocumentLimits;
use crate::graphql::catalog::Catalog;
use crate::graphql::documents::{Documents, TrustedDocuments};
use crate::graphql::gate::{
    AllowedOperations, Document, Execution, ExecutionResult, Gate, GraphqlRequest,
};

struct Query;

struct Failing;

#[derive(SimpleObject)]
struct Pair {
    one: i32,
    two: i32,
}

#[Object]
impl Failing {
    async fn good(&self) -> i32 {
        1
    }

    async fn bad(&self) -> async_graphql::Result<i32> {
        Err("bad".into())
    }

    async fn optional(&self) -> async_graphql::Result<Option<i32>> {
        Err("bad".into())
    }
}

#[Object]
impl Query {
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        1
    }

    async fn fast(&self) -> i32 {
        2
    }

    async fn nullable(&self) -> async_graphql::Result<Option<i32>> {
        Err("bad".into())
    }

    async fn object(&self) -> Option<Failing> {
        Some(Failing)
    }

    async fn list(&self) -> Option<Vec<Option<Failing>>> {
        Some(vec![Some(Failing), None])
    }

    async fn strict_list(&self) -> Option<Vec<Failing>> {
        Some(vec![Failing])
    }

    async fn pair(&self) -> Option<Pair> {
        Some(Pair { one: 1, two: 2 })
    }

    async fn panics(&self) -> Option<i32> {
        let nothing: Vec<i32> = Vec::new();
        Some(nothing[0])
    }
}

async fn run(text: &str) -> (String, usize) {
    run_with(text, json!({})).await
}

/// The data as text, in its order, and how many errors stand beside it.
async fn run_with(text: &str, variables: serde_json::Value) -> (String, usize) {
    use async_graphql::EmptyMutation;
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let catalog = Arc::new(Catalog::read_types(&schema.sdl()).unwrap());
    let trusted = TrustedDocuments::default();
    let documents = Documents::new(catalog, DocumentLimits::default(), true, trusted);
    let gate = Arc::new(Gate::new(schema, documents));
    let allowed_operations = AllowedOperations { mutations: true, subscriptions: false };
    let request = Request::new(text).variables(Variables::from_json(variables));
    let document = Document::Sent { id: None };
    match gate.execute(GraphqlRequest::new(request, document), allowed_operations).await {
        Execution::Finished(ExecutionResult { response, ran: true }) => {
            (serde_json::to_string(&response.data).unwrap(), response.errors.len())
        }
        _ => panic!("nothing was executed"),
    }
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_document() {
    assert_eq!(run("{ slow fast }").await.0, r#"{"slow":1,"fast":2}"#);
    let text =
        "{ ...F fast ... on Query { pair { two } } } fragment F on Query { slow pair { one } }";
    assert_eq!(run(text).await.0, r#"{"slow":1,"pair":{"one":1,"two":2},"fast":2}"#);
}

#[tokio::test]
async fn a_failed_field_is_null_and_its_siblings_stay() {
    assert_eq!(run("{ nullable fast }").await, (r#"{"nullable":null,"fast":2}"#.to_owned(), 1));
    assert_eq!(run("{ nullable }").await, (r#"{"nullable":null}"#.to_owned(), 1));
    assert_eq!(run("{ x: nullable y: fast }").await.0, r#"{"x":null,"y":2}"#);
}

#[tokio::test]
async fn null_rises_to_where_it_may_stand() {
    assert_eq!(run("{ object { good bad } fast }").await.0, r#"{"object":null,"fast":2}"#);
    assert_eq!(
        run("{ object { good optional } }").await.0,
        r#"{"object":{"good":1,"optional":null}}"#
    );
    assert_eq!(run("{ strictList { good bad } fast }").await.0, r#"{"strictList":null,"fast":2}"#);
    assert_eq!(run("{ list { good bad } fast }").await.0, r#"{"list":[null,null],"fast":2}"#);
    assert_eq!(
        run("{ list { optional good } }").await.0,
        r#"{"list":[{"optional":null,"good":1},null]}"#
    );
}

#[tokio::test]
async fn skipped_fields_are_not_filled_in() {
    let text = "query($no: Boolean!, $yes: Boolean = true) { fast @include(if: $no) slow @skip(if: $yes) pair { one two @skip(if: true) } }";

    assert_eq!(run_with(text, json!({"no": false})).await.0, r#"{"pair":{"one":1}}"#);
}

#[tokio::test]
async fn introspection_is_answered_whole() {
    let (data, errors) =
        run("{ __typename __type(name: \"Pair\") { name } pair { __typename one } }").await;

    assert_eq!(errors, 0);
    assert_eq!(
        data,
        r#"{"__typename":"Query","__type":{"name":"Pair"},"pair":{"__typename":"Pair","one":1}}"#
    );
}

/// GQ-5: the query that GraphiQL and code generators send is executed.
#[tokio::test]
async fn the_standard_introspection_query_runs() {
    let (data, errors) = run(include_str!("../document/introspection.graphql")).await;

    assert_eq!(errors, 0);
    assert!(data.contains("\"strictList\""));
}

/// GQ-13: a panic costs one error, and the next requests nothing.
#[tokio::test]
async fn a_panic_is_one_error() {
    for _ in 0..20 {
        let (data, errors) = run("{ __typename panics }").await;
        assert_eq!(data, r#"{"__typename":"Query","panics":null}"#);
        assert_eq!(errors, 1);
        assert_eq!(run("{ fast }").await.0, r#"{"fast":2}"#);
    }
}

/// GQ-9: an answer holds at most 20 errors and 64 KiB of their text.
#[test]
fn errors_are_bounded() {
    use async_graphql::ServerError;

    use super::bound_errors;

    let errors = |count, length| vec![ServerError::new("x".repeat(length), None); count];

    assert_eq!(bound_errors(errors(20, 1)).len(), 20);
    assert_eq!(bound_errors(errors(50_000, 1)).len(), 20);
    let long = bound_errors(errors(20, 10_000));
    assert_eq!(long.len(), 7);
    assert_eq!(long.iter().map(|error| error.message.len()).sum::<usize>(), 64 * 1024);
    // One long error alone is cut between two characters, not dropped.
    let cut = bound_errors(vec![ServerError::new("€".repeat(30_000), None)]);
    assert_eq!(cut[0].message.len(), 64 * 1024 - 1);
}
