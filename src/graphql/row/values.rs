//! The values of fields, as JSON.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value};

use super::{Object, Plan, Selection, resolve};
use crate::graphql::json::JsonWriter;
use crate::graphql::scalars::{DateTime, Json};

/// A value of a field.
pub trait FieldValue: OutputType {
    /// Writes what is selected of it.
    fn write(&self, selection: Selection<'_>, json: &mut JsonWriter);
}

impl FieldValue for str {
    fn write(&self, _: Selection<'_>, json: &mut JsonWriter) {
        json.text(self);
    }
}

impl FieldValue for String {
    fn write(&self, _: Selection<'_>, json: &mut JsonWriter) {
        json.text(self);
    }
}

impl FieldValue for bool {
    fn write(&self, _: Selection<'_>, json: &mut JsonWriter) {
        json.raw(if *self { "true" } else { "false" });
    }
}

impl FieldValue for i32 {
    fn write(&self, _: Selection<'_>, json: &mut JsonWriter) {
        json.value(&Value::from(*self));
    }
}

impl FieldValue for DateTime {
    fn write(&self, _: Selection<'_>, json: &mut JsonWriter) {
        json.text(&self.0.to_rfc3339());
    }
}

impl FieldValue for Json {
    fn write(&self, _: Selection<'_>, json: &mut JsonWriter) {
        json.value(&self.0);
    }
}

impl<T: FieldValue + ?Sized> FieldValue for &T {
    fn write(&self, selection: Selection<'_>, json: &mut JsonWriter) {
        T::write(self, selection, json);
    }
}

impl<T: FieldValue + Sync> FieldValue for Option<T> {
    fn write(&self, selection: Selection<'_>, json: &mut JsonWriter) {
        match self {
            Some(value) => value.write(selection, json),
            None => json.absent(),
        }
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn write(&self, selection: Selection<'_>, json: &mut JsonWriter) {
        json.list(self, |json, value| value.write(selection, json));
    }
}

/// An id, as it stands in a row.
#[derive(Clone, Copy, Debug)]
pub struct Id<'a>(pub &'a str);

impl OutputType for Id<'_> {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::from(self.0))
    }
}

impl FieldValue for Id<'_> {
    fn write(&self, _: Selection<'_>, json: &mut JsonWriter) {
        json.text(self.0);
    }
}

/// A list of objects over rows, whose selected fields are found once.
#[derive(Clone, Debug)]
pub struct Rows<T>(pub Vec<T>);

impl<T> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl<T: Object + OutputType> OutputType for Rows<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve(ctx, self)
    }
}

impl<T: Object + OutputType> FieldValue for Rows<T> {
    fn write(&self, selection: Selection<'_>, json: &mut JsonWriter) {
        let plan = Plan::new(selection);
        json.list(&self.0, |json, row| plan.write(row, json));
    }
}
