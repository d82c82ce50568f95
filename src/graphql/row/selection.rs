//! The selection of an object over a row.

use super::{Field, Object};
use crate::graphql::document::{Shape, ValueShape};
use crate::graphql::json::{Form, JsonWriter};

/// The selection of an object.
#[derive(Clone, Copy)]
pub enum Selection<'a> {
    /// All that everyone may see who sees the object.
    Everything,
    /// The selection of a document.
    Shape(&'a Shape),
}

/// The selected fields of an object, found once for all objects of a list.
pub struct Plan<'a, T: 'static>(Vec<Planned<'a, T>>);

struct Planned<'a, T: 'static> {
    key: &'a str,
    /// None for `__typename`.
    field: Option<&'static Field<T>>,
    /// The selection of its value, if that is an object.
    selection: Selection<'a>,
}

impl<'a, T: Object> Plan<'a, T> {
    /// Finds the selected fields.
    pub fn new(selection: Selection<'a>) -> Self {
        let all = T::FIELDS.iter().copied().flatten();
        Self(match selection {
            Selection::Everything => {
                let visible = all.filter(|it| it.access.is_none());
                visible
                    .map(|field| Planned { key: field.name, field: Some(field), selection })
                    .collect()
            }
            Selection::Shape(shape) => {
                let selected = shape.fields.iter().map(|selected| {
                    let selection = match &selected.value {
                        ValueShape::Declared(_, Some(shape)) => Selection::Shape(shape),
                        ValueShape::Declared(_, None)
                        | ValueShape::Typename(_)
                        | ValueShape::Introspection => Selection::Everything,
                    };
                    let field = all.clone().find(|it| it.name == selected.name.as_str());
                    Planned { key: &selected.key, field, selection }
                });
                selected.collect()
            }
        })
    }

    /// Writes the selected fields of an object.
    pub fn write(&self, object: &T, json: &mut JsonWriter) {
        if let (Form::Rest, Some(stored)) = (json.form(), object.stored()) {
            json.raw(stored.trim());
            return;
        }
        json.object(|json| {
            for Planned { key, field, selection } in &self.0 {
                json.key(key);
                match field {
                    Some(field) => (field.write)(object, *selection, json),
                    None => json.text(T::NAME),
                }
            }
        });
    }
}
