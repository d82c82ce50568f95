//! Objects over rows. Their fields wait for nothing: each writes its value as JSON when it is selected.
//!
//! The engine itself would make a future for each field of each object, and a tree of values of their results.

use std::sync::Arc;

use anyhow::anyhow;
use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{
    Deprecation, MetaDirectiveInvocation, MetaField, MetaType, MetaTypeId, Registry,
};
use async_graphql::{CacheControl, ContextSelectionSet, OutputType, ServerResult, Value};
use serde_json::value::RawValue;

use super::document::Shape;
use super::json::{Form, JsonWriter};
use crate::error::Error;

mod selection;
mod values;

pub use selection::{Plan, Selection};
pub use values::{FieldValue, Id, Rows};

/// An object whose fields only read what it has. `object!` makes it a type of the schema.
pub trait Object: Send + Sync + Sized + 'static {
    /// The type's name.
    const NAME: &'static str;
    /// The type's description.
    const DESCRIPTION: &'static str;
    /// The fields, in the order of the schema: one group after the other, each made by `fields!`.
    const FIELDS: &'static [&'static [Field<Self>]];

    /// The JSON that REST has in place of the object, if it is one that was stored.
    fn stored(&self) -> Option<&str> {
        None
    }
}

/// A field of an object.
pub struct Field<T> {
    /// The name.
    pub name: &'static str,
    /// The description, with blanks around its lines.
    pub description: &'static str,
    /// The callers that may see it, unless it is all who see the object.
    pub access: Option<fn() -> MetaDirectiveInvocation>,
    /// The type in the schema.
    pub ty: fn(&mut Registry) -> String,
    /// Writes the value.
    pub write: fn(&T, Selection<'_>, &mut JsonWriter),
}

/// Fields of an object, each by its description, name, type and value:
///
/// ```ignore
/// fields! {
///     /// The user's name: up to 128 characters; empty if never set.
///     name: &str = |user| &user.row.name;
/// }
/// ```
///
/// `#[access(directive)]` says who may see a field, if that isn't everyone.
macro_rules! fields {
    ($(
        $(#[doc = $description:literal])*
        $(#[access($access:expr)])?
        $name:ident: $ty:ty = |$object:pat_param| $value:expr;
    )*) => {
        &[$($crate::graphql::row::Field {
            name: stringify!($name),
            description: concat!($($description, "\n"),*),
            access: $crate::graphql::row::optional!($(|| $access)?),
            ty: <$ty as async_graphql::OutputType>::create_type_info,
            write: |$object, selection, json| {
                let value: $ty = $value;
                $crate::graphql::row::FieldValue::write(&value, selection, json);
            },
        }),*]
    };
}

/// An expression or nothing, as an option.
macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

/// Makes an [`Object`] a type of the schema.
macro_rules! object {
    ($type:ident) => {
        impl async_graphql::OutputType for $type {
            fn type_name() -> std::borrow::Cow<'static, str> {
                <Self as $crate::graphql::row::Object>::NAME.into()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                $crate::graphql::row::declare::<Self>(registry)
            }

            async fn resolve(
                &self,
                ctx: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                $crate::graphql::row::resolve(ctx, self)
            }
        }

        impl $crate::graphql::row::FieldValue for $type {
            fn write(
                &self,
                selection: $crate::graphql::row::Selection<'_>,
                json: &mut $crate::graphql::json::JsonWriter,
            ) {
                $crate::graphql::row::Plan::new(selection).write(self, json);
            }
        }
    };
}

pub(crate) use {fields, object, optional};

/// The tag of objects over rows in the engine's registry. It isn't printed.
const TAG: &str = "row";

/// Whether a type of the engine is an object over a row.
pub fn is_row(ty: &MetaType) -> bool {
    matches!(ty, MetaType::Object { tags, .. } if tags.iter().any(|tag| tag == TAG))
}

/// Adds an object to the schema, and returns its type.
pub fn declare<T: Object + OutputType>(registry: &mut Registry) -> String {
    registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| MetaType::Object {
        name: T::NAME.to_owned(),
        description: Some(T::DESCRIPTION.to_owned()),
        fields: T::FIELDS
            .iter()
            .copied()
            .flatten()
            .map(|field| declared(field, registry))
            .collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: vec![TAG.to_owned()],
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

fn declared<T>(field: &Field<T>, registry: &mut Registry) -> (String, MetaField) {
    let description: Vec<&str> = field.description.lines().map(str::trim).collect();
    let declared = MetaField {
        name: field.name.to_owned(),
        description: Some(description.join("\n")),
        args: IndexMap::new(),
        ty: (field.ty)(registry),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: field.access.iter().map(|access| access()).collect(),
        requires_scopes: Vec::new(),
    };
    (field.name.to_owned(), declared)
}

/// Resolves an object, or a list of them, for the engine. The request says the form, and the shape of its response what is
/// selected.
pub fn resolve(ctx: &ContextSelectionSet<'_>, value: &impl FieldValue) -> ServerResult<Value> {
    let form = ctx.data_opt::<Form>().copied().unwrap_or_default();
    let shape = ctx.data::<Arc<Shape>>().map_err(|error| error.into_server_error(ctx.item.pos))?;
    let path = ctx.path_node.as_ref();
    let shape = path.map_or(Some(&**shape), |path| shape.at(path)).ok_or_else(|| {
        let error = Error::Internal(anyhow!("the response has no object here"));
        async_graphql::Error::from(error).into_server_error(ctx.item.pos)
    })?;
    let mut json = JsonWriter::new(form);
    value.write(Selection::Shape(shape), &mut json);
    Ok(json.into_value())
}

/// The object in the form of REST, as all may see it.
pub fn to_rest(object: &impl FieldValue) -> anyhow::Result<Box<RawValue>> {
    let mut json = JsonWriter::new(Form::Rest);
    object.write(Selection::Everything, &mut json);
    Ok(RawValue::from_string(json.into_text()?)?)
}

#[cfg(test)]
mod tests;
