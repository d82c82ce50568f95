use async_graphql::{
    EmptyMutation, EmptySubscription, Object as EngineObject, Request, Schema, SimpleObject,
    ValidationMode,
};

use super::*;
use crate::config::DocumentLimits;
use crate::graphql::catalog::Catalog;
use crate::graphql::documents::{Documents, TrustedDocuments};
use crate::graphql::gate::{AllowedOperations, Document, Execution, Gate, GraphqlRequest};

struct Outer(i32);

impl Object for Outer {
    const NAME: &'static str = "Outer";
    const DESCRIPTION: &'static str = "An outer object.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[
        fields! {
            /// The number.
            _number: i32 = |outer| outer.0;
            /// The next one,
            /// in an object.
            inner: Inner = |outer| Inner(outer.0.saturating_add(1));
        },
        fields! {
            /// Two.
            list: Rows<Inner> = |outer| Rows(vec![Inner(outer.0), Inner(0)]);
            /// An id.
            id: Id<'_> = |_| Id("a\"b");
        },
    ];
}

object!(Outer);

struct Inner(i32);

impl Object for Inner {
    const NAME: &'static str = "Inner";
    const DESCRIPTION: &'static str = "An inner object.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[fields! {
        /// The number.
        number: i32 = |inner| inner.0;
        /// Whether it is even; null for 0.
        even: Option<bool> = |inner| (inner.0 != 0).then_some(inner.0 % 2 == 0);
    }];
}

object!(Inner);

struct Query;

#[EngineObject]
impl Query {
    async fn outer(&self) -> Option<Outer> {
        Some(Outer(2))
    }

    async fn list(&self) -> Vec<&'static str> {
        vec!["x"]
    }

    async fn pages(&self) -> Vec<Page> {
        (1..3).map(|total| Page { total, rows: Rows(vec![Inner(total), Inner(0)]) }).collect()
    }
}

/// An object of the engine with rows in it.
#[derive(SimpleObject)]
struct Page {
    total: i32,
    rows: Rows<Inner>,
}

fn schema() -> Schema<Query, EmptyMutation, EmptySubscription> {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription);
    // The gate validates documents, not the engine.
    schema.validation_mode(ValidationMode::Fast).finish()
}

async fn run(request: impl Into<Request>) -> String {
    run_with(request, &["Outer".to_owned(), "Inner".to_owned()]).await
}

/// Runs a request where the catalog knows of these `rows`.
async fn run_with(request: impl Into<Request>, rows: &[String]) -> String {
    let schema = schema();
    let catalog = Catalog::read_types(&schema.sdl()).unwrap().with_rows(rows);
    let trusted = TrustedDocuments::default();
    let documents = Documents::new(Arc::new(catalog), DocumentLimits::default(), true, trusted);
    let request = GraphqlRequest::new(request.into(), Document::Sent { id: None });
    let allowed_operations = AllowedOperations { mutations: true, subscriptions: false };
    let execution = Gate::new(schema, documents).execute(request, allowed_operations).await;
    let Execution::Finished(result) = execution else { panic!("nothing was executed") };
    assert!(result.response.errors.is_empty(), "{:?}", result.response.errors);
    let mut json = JsonWriter::default();
    json.value(&result.response.data);
    json.into_text().unwrap()
}

/// The engine gets nothing of what is selected of a row; it could also get all of it.
#[tokio::test]
async fn rows_are_written_by_the_shape_of_the_response() {
    let document = "query ($no: Boolean = false) { ...Q pages { rows { ...I even @include(if: $no) } } outer { x: _number @skip(if: true) } } \
                    fragment Q on Query { pages { total rows { n: number } } outer { inner { ...I } } } \
                    fragment I on Inner { __typename number }";
    let expected = r#"{"pages":[{"total":1,"rows":[{"n":1,"__typename":"Inner","number":1},{"n":0,"__typename":"Inner","number":0}]},{"total":2,"rows":[{"n":2,"__typename":"Inner","number":2},{"n":0,"__typename":"Inner","number":0}]}],"outer":{"inner":{"__typename":"Inner","number":3}}}"#;

    assert_eq!(run(document).await, expected);
    assert_eq!(run_with(document, &[]).await, expected);
}

#[tokio::test]
async fn fields_stand_in_the_order_of_the_document() {
    let document = "{ outer { x: _number __typename ...F list { even } } list } \
                    fragment F on Outer { _number id ... { y: _number } }";

    let expected = r#"{"outer":{"x":2,"__typename":"Outer","_number":2,"id":"a\"b","y":2,"list":[{"even":true},{"even":null}]},"list":["x"]}"#;
    assert_eq!(run(document).await, expected);
}

#[tokio::test]
async fn selections_of_one_key_are_merged() {
    let document = "{ outer { inner { number } list { number } inner { x: number number } list { y: number } } }";

    let expected =
        r#"{"outer":{"inner":{"number":3,"x":3},"list":[{"number":2,"y":2},{"number":0,"y":0}]}}"#;
    assert_eq!(run(document).await, expected);
}

#[tokio::test]
async fn rest_has_its_own_keys_and_no_nulls() {
    let request = Request::new("{ outer { _number list { even } } }").data(Form::Rest);

    assert_eq!(run(request).await, r#"{"outer":{"$number":2,"list":[{"even":true},{"even":""}]}}"#);
    let everything = r#"{"$number":2,"inner":{"number":3,"even":false},"list":[{"number":2,"even":true},{"number":0,"even":""}],"id":"a\"b"}"#;
    assert_eq!(to_rest(&Outer(2)).unwrap().get(), everything);
}

#[test]
fn the_schema_has_types_and_descriptions() {
    let expected = "\
\"\"\"
An outer object.
\"\"\"
type Outer {
\t\"\"\"
\tThe number.
\t\"\"\"
\t_number: Int!
\t\"\"\"
\tThe next one,
\tin an object.
\t\"\"\"
\tinner: Inner!
\t\"\"\"
\tTwo.
\t\"\"\"
\tlist: [Inner!]!
\t\"\"\"
\tAn id.
\t\"\"\"
\tid: ID!
}
";
    let sdl = schema().sdl();
    assert!(sdl.contains(expected), "{sdl}");
}
