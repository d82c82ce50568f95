//! Objects over rows, whose fields wait for nothing.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::indexmap::map::Entry;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
};

/// An object whose fields only read what it has. They are resolved one after the other, in order, and only those that are
/// selected. The engine itself would put each field into a queue, as if it had to wait for something.
#[derive(Clone, Debug)]
pub struct Row<T>(pub T);

impl<T: ContainerType> OutputType for Row<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Self(row) = self;
        let mut fields = Vec::with_capacity(ctx.item.node.items.len());
        collect(ctx, &ctx.item.node, &mut fields);
        let mut object = IndexMap::with_capacity(fields.len());
        for field in fields {
            let key = field.node.response_key().node.clone();
            if field.node.name.node == "__typename" {
                insert(&mut object, key, Value::String(T::type_name().into_owned()));
                continue;
            }
            match row.resolve_field(&ctx.with_field(field)).await {
                Ok(value) => insert(&mut object, key, value.unwrap_or_default()),
                Err(error) => ctx.add_error(error),
            }
        }
        Ok(if object.is_empty() { Value::Null } else { Value::Object(object) })
    }
}

/// Adds the selected fields, including those of fragments: in a valid document, each fragment on an object applies to it.
fn collect<'a>(
    ctx: &ContextSelectionSet<'a>,
    set: &'a SelectionSet,
    fields: &mut Vec<&'a Positioned<Field>>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => fields.push(field),
            Selection::InlineFragment(inline) => {
                collect(ctx, &inline.node.selection_set.node, fields);
            }
            Selection::FragmentSpread(spread) => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment {
                    collect(ctx, &fragment.node.selection_set.node, fields);
                }
            }
        }
    }
}

/// Adds a field. One that is selected several times has the fields of all its selections.
fn insert(object: &mut IndexMap<Name, Value>, key: Name, value: Value) {
    match object.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(value);
        }
        Entry::Occupied(mut entry) => merge(entry.get_mut(), value),
    }
}

fn merge(known: &mut Value, more: Value) {
    match (known, more) {
        (Value::Object(known), Value::Object(more)) => {
            for (key, value) in more {
                insert(known, key, value);
            }
        }
        (Value::List(known), Value::List(more)) => {
            for (known, more) in known.iter_mut().zip(more) {
                merge(known, more);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    use super::*;

    struct Outer(u32);

    #[Object]
    impl Outer {
        async fn number(&self) -> u32 {
            self.0
        }

        async fn inner(&self) -> Row<Inner> {
            Row(Inner(self.0.saturating_add(1)))
        }

        async fn list(&self) -> Vec<Row<Inner>> {
            vec![Row(Inner(self.0)), Row(Inner(0))]
        }
    }

    struct Inner(u32);

    #[Object]
    impl Inner {
        async fn number(&self) -> u32 {
            self.0
        }

        async fn even(&self) -> async_graphql::Result<bool> {
            tokio::task::yield_now().await;
            if self.0.is_multiple_of(2) { Ok(true) } else { Err("odd".into()) }
        }
    }

    struct Query;

    #[Object]
    impl Query {
        async fn outer(&self) -> Row<Outer> {
            Row(Outer(2))
        }
    }

    async fn run(document: &str) -> String {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let response = schema.execute(document).await;
        let errors = response.errors.iter().map(|error| format!(" {} {:?}", error, error.path));
        format!("{}{}", response.data, errors.collect::<String>())
    }

    #[tokio::test]
    async fn fields_stand_in_the_order_of_the_document() {
        let document = "{ outer { x: number __typename ...F list { even } } } \
                        fragment F on Outer { number ... { y: number } }";

        let expected = r#"{outer: {x: 2, __typename: "Outer", number: 2, y: 2, list: [{even: true}, {even: true}]}}"#;
        assert_eq!(run(document).await, expected);
    }

    #[tokio::test]
    async fn selections_of_one_key_are_merged() {
        let document =
            "{ outer { inner { number } list { number } inner { x: number } list { y: even } } }";

        let expected = "{outer: {inner: {number: 3, x: 3}, list: [{number: 2, y: true}, {number: 0, y: true}]}}";
        assert_eq!(run(document).await, expected);
    }

    #[tokio::test]
    async fn a_field_that_fails_has_its_path() {
        let failed = run("{ outer { number inner { number even } } }").await;

        assert!(failed.starts_with("{outer: {number: 2, inner: {number: 3}}}"), "{failed}");
        assert!(failed.contains(r#"Field("outer"), Field("inner"), Field("even")"#), "{failed}");
    }
}
