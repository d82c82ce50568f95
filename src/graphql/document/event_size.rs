//! Bounds the size of a subscription's events: each has a field of the schema under few keys (WS-4).
//!
//! An event of a client that reads nothing more stays in memory. Under thirty keys, large preferences made it megabytes.

use std::collections::BTreeMap;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Name, Variables};

use super::{DocumentError, Shape, ValueShape, cut};
use crate::graphql::catalog::{Catalog, named, root};

/// Under how many keys an event may have a field. One is enough: without arguments, a field has one value. Clients that join
/// fragments may have a second name for it.
const MAX_KEYS: usize = 2;

/// How often an object of a type, by its name, has a field.
type Counts<'a> = BTreeMap<(&'a str, &'a Name), usize>;

/// Fails if an event of one of the document's subscriptions would have a field under too many keys, also if conditions leave
/// some out.
pub(super) fn check(document: &ExecutableDocument, catalog: &Catalog) -> Result<(), DocumentError> {
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        if operation.ty != OperationType::Subscription {
            continue;
        }
        let shape = Shape::new(document, operation, &Variables::default(), catalog);
        let mut counts = Counts::new();
        count(&shape, root(operation.ty), &mut counts);
        if let Some(((_, field), _)) = counts.iter().find(|(_, count)| **count > MAX_KEYS) {
            let what = format!("keys for {} in an event of a subscription", cut(field));
            return Err(DocumentError::limit(&what, MAX_KEYS));
        }
    }
    Ok(())
}

/// Counts the fields of an object of this type. It recurses as deep as selections may nest.
fn count<'a>(shape: &'a Shape, on: &'a str, counts: &mut Counts<'a>) {
    for field in &shape.fields {
        let ValueShape::Declared(ty, object) = &field.value else { continue };
        let count_of_field = counts.entry((on, &field.name)).or_default();
        *count_of_field = count_of_field.saturating_add(1);
        if let Some(object) = object {
            count(object, named(ty), counts);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::DocumentLimits;
    use crate::graphql::catalog::Catalog;
    use crate::graphql::document::{DocumentErrorKind, check};

    const SDL: &str = "type Query { event: Event } type Subscription { event: Event } \
                       type Event { user: User } type User { name: String prefs: Prefs } type Prefs { data: String }";

    /// The message of the refusal, if there is one.
    fn refusal(text: &str) -> Option<String> {
        let catalog = Catalog::read_types(SDL).unwrap();
        let errors = check(text, &catalog, &DocumentLimits::default(), true).err()?;
        assert_eq!(errors[0].kind, DocumentErrorKind::Limit);
        Some(errors[0].message.clone())
    }

    /// WS-4: an event has each field under two keys at most, on whichever way.
    #[test]
    fn an_event_has_a_field_under_two_keys_at_most() {
        let message = "The document has too many keys for `data` in an event of a subscription: at most 2 are allowed.";
        for (sent, is_refused) in [
            ("{ event { user { name prefs { data } } } }", false),
            ("{ event { user { name prefs { data text: data data } } } }", false),
            ("{ event { user { prefs { data } } owner: user { prefs { data } } } }", false),
            ("{ event { user { prefs { data a: data b: data } } } }", true),
            ("{ event { user { prefs { data } p: prefs { data b: data } } } }", true),
            (
                "{ event { user { ...F } a: user { ...F b: prefs { c: data } } } } fragment F on User { prefs { data } }",
                true,
            ),
            (
                "($x: Boolean! = false) { event { user { prefs { data a: data b: data @include(if: $x) } } } }",
                true,
            ),
        ] {
            let refused = refusal(&format!("subscription {sent}"));
            assert_eq!(refused.as_deref(), is_refused.then_some(message), "{sent}");
            assert_eq!(refusal(&format!("query {sent}")), None, "{sent}");
        }
    }
}
