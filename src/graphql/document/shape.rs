//! The shape of a response: its keys in document order, and the type of each value.
//!
//! It is made before the engine runs. It needs the variables only for `@skip` and `@include`: without these, the shape is
//! made once, with the document.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Name, QueryPathNode, QueryPathSegment, Value, Variables};

use crate::graphql::catalog::{Catalog, named, root};

/// The fields of an object in a response.
#[derive(Debug, Default)]
pub struct Shape {
    /// In document order.
    pub fields: Vec<FieldShape>,
}

/// A field in a response.
#[derive(Debug)]
pub struct FieldShape {
    /// Its response key.
    pub key: Name,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: ValueShape,
}

/// A value in a response.
#[derive(Debug)]
pub enum ValueShape {
    /// A value of this type. The object, or each object in a list, has the shape.
    Declared(Type, Option<Shape>),
    /// The name of the object's type.
    Typename(Name),
    /// Introspection: the engine's response is complete.
    Introspection,
}

/// The fields selected on an object: by key in document order, each with its name and selections.
type Fields<'a> = IndexMap<Name, (&'a Name, Vec<&'a SelectionSet>)>;

struct Shaping<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    catalog: &'a Catalog,
}

impl Shape {
    /// The shape of an operation's response with these variables. The document must be valid.
    pub(super) fn new(
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
        catalog: &Catalog,
    ) -> Self {
        let shaping = Shaping { document, variables, catalog };
        shaping.object(root(operation.ty), &[&operation.selection_set.node])
    }

    /// The shape of the object, or of each object in the list, that a resolver returns at `path`.
    pub fn at(&self, path: &QueryPathNode<'_>) -> Option<&Self> {
        let parent = match path.parent {
            Some(parent) => self.at(parent)?,
            None => self,
        };
        let QueryPathSegment::Name(key) = path.segment else {
            return Some(parent);
        };
        match &parent.fields.iter().find(|field| field.key == key)?.value {
            ValueShape::Declared(_, shape) => shape.as_ref(),
            ValueShape::Typename(_) | ValueShape::Introspection => None,
        }
    }

    /// The number of fields, including those of nested objects.
    pub(super) fn size(&self) -> usize {
        let sizes = self.fields.iter().map(|field| match &field.value {
            ValueShape::Declared(_, Some(shape)) => shape.size().saturating_add(1),
            ValueShape::Declared(_, None) | ValueShape::Typename(_) | ValueShape::Introspection => {
                1
            }
        });
        sizes.fold(0, usize::saturating_add)
    }
}

impl<'a> Shaping<'a> {
    /// It recurses as deep as selections may nest.
    fn object(&self, on: &str, sets: &[&'a SelectionSet]) -> Shape {
        let mut selected = Fields::new();
        for set in sets {
            self.collect(on, set, &mut selected);
        }
        let fields = selected.into_iter().map(|(key, (name, sets))| {
            let value = match self.catalog.field(on, name) {
                Some(field) => {
                    let ty = &field.ty.node;
                    let on = named(ty);
                    let object = self.catalog.composite(on).filter(|ty| ty.is_object);
                    let shape = object.map(|_| self.object(on, &sets));
                    ValueShape::Declared(ty.clone(), shape)
                }
                None if name == "__typename" => ValueShape::Typename(Name::new(on)),
                None => ValueShape::Introspection,
            };
            FieldShape { key, name: name.clone(), value }
        });
        Shape { fields: fields.collect() }
    }

    fn collect(&self, on: &str, set: &'a SelectionSet, selected: &mut Fields<'a>) {
        for item in &set.items {
            if !item.node.directives().iter().all(|directive| self.includes(&directive.node)) {
                continue;
            }
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let key = field.response_key().node.clone();
                    let name = &field.name.node;
                    let (_, sets) = selected.entry(key).or_insert_with(|| (name, Vec::new()));
                    sets.push(&field.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| condition.node.on.node == on) {
                        self.collect(on, &inline.node.selection_set.node, selected);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.collect(on, &fragment.node.selection_set.node, selected);
                    }
                }
            }
        }
    }

    /// Whether a condition excludes a selection.
    fn includes(&self, directive: &Directive) -> bool {
        let condition = || {
            let value = directive.get_argument("if")?.node.clone();
            value.into_const_with(|name| self.variables.get(&name).cloned().ok_or(())).ok()
        };
        match directive.name.node.as_str() {
            "skip" => condition() != Some(Value::Boolean(true)),
            "include" => condition() != Some(Value::Boolean(false)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::*;
    use crate::config::DocumentLimits;
    use crate::graphql::document::{Prepared, check};

    const SDL: &str = "type Query { a: Int b: [Query!] c: String }";

    /// The keys of an answer, and whether its shape was made with the document.
    fn shape(text: &str, name: Option<&str>, variables: Json) -> (String, bool) {
        let catalog = Catalog::read_types(SDL).unwrap();
        let checked = Arc::new(check(text, &catalog, &DocumentLimits::default(), true).unwrap());
        let mut variables = Variables::from_json(variables);
        let prepared = Prepared::new(checked, name, &mut variables, &catalog).unwrap();
        let shapes = [(); 2].map(|()| prepared.shape(&variables, &catalog));
        (keys(&shapes[0]), Arc::ptr_eq(&shapes[0], &shapes[1]))
    }

    fn keys(shape: &Shape) -> String {
        let keys = shape.fields.iter().map(|field| match &field.value {
            ValueShape::Declared(_, Some(shape)) => format!("{} {{ {} }}", field.key, keys(shape)),
            ValueShape::Declared(_, None) => field.key.to_string(),
            ValueShape::Typename(name) => format!("{}: {name}", field.key),
            ValueShape::Introspection => format!("{}…", field.key),
        });
        keys.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_stand_in_the_order_of_the_document() {
        let text = "{ x: c b { a ...F } __schema { queryType { name } } a b { c } } \
                    fragment F on Query { __typename b { c } a }";

        let expected = "x b { a __typename: Query b { c } c } __schema… a";
        assert_eq!(shape(text, None, json!({})), (expected.to_owned(), true));
    }

    #[test]
    fn variables_decide_conditions_at_each_run() {
        let text = "query ($x: Boolean = true) { a @skip(if: $x) b { ...F } } \
                    fragment F on Query { a c @include(if: $x) }";

        assert_eq!(shape(text, None, json!({})), ("b { a c }".to_owned(), false));
        assert_eq!(shape(text, None, json!({"x": false})), ("a b { a }".to_owned(), false));
    }

    #[test]
    fn the_name_chooses_among_operations() {
        let text = "query A { a } query C { c }";

        assert_eq!(shape(text, Some("A"), json!({})).0, "a");
        assert_eq!(shape(text, Some("C"), json!({})).0, "c");
        assert_eq!(shape("query A { a }", Some("A"), json!({})), ("a".to_owned(), true));
    }
}
