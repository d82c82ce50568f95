//! 5.6: values.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{BaseType, Type};
use async_graphql::{Name, Pos};
use async_graphql_value::Value;

use super::{Place, Scope, Usage, Validator};
use crate::graphql::catalog::{InputType, Kind, named};
use crate::graphql::document::coercion::{is_beyond_int, is_int};
use crate::graphql::document::cut;

/// The place of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'v> {
    /// The position of the whole value.
    pub(super) pos: Pos,
    /// The argument; none for the default of a variable.
    pub(super) argument: Option<&'v Name>,
    /// Properties of the place.
    pub(super) place: Place,
}

impl<'a> Validator<'a> {
    /// 5.6.1: a value has the expected type, if that is known. The recursion is bounded by the limit on
    /// nesting.
    pub(super) fn value(
        &mut self,
        value: &Value,
        ty: Option<&Type>,
        spot: Spot<'_>,
        scope: &mut Scope<'a>,
    ) {
        let within = Spot { place: Place::Plain, ..spot };
        match (value, ty.map(|ty| (ty, &ty.base))) {
            (Value::Variable(name), _) => {
                scope.usages.extend(spot.argument.map(|argument| Usage {
                    name: name.clone(),
                    pos: spot.pos,
                    argument: argument.clone(),
                    ty: ty.cloned(),
                    place: spot.place,
                }));
            }
            (Value::List(items), None) => {
                for item in items {
                    self.value(item, None, within, scope);
                }
            }
            (Value::Object(fields), None) => {
                for field in fields.values() {
                    self.value(field, None, within, scope);
                }
            }
            (_, None) => {}
            (Value::Null, Some((ty, _))) if ty.nullable => {}
            (Value::Null, Some((ty, _))) => self.mismatch(value, ty, spot),
            (Value::List(items), Some((_, BaseType::List(item)))) => {
                for value in items {
                    self.value(value, Some(item.as_ref()), within, scope);
                }
            }
            // A single value is a list of one.
            (_, Some((_, BaseType::List(item)))) => {
                self.value(value, Some(item.as_ref()), spot, scope);
            }
            (_, Some((ty, BaseType::Named(name)))) => match self.catalog.kind(name) {
                Some(Kind::Scalar) => self.scalar(value, ty, spot, scope),
                Some(Kind::Enum(values)) => self.enumerated(value, ty, values, spot),
                Some(Kind::Input(input)) => match value {
                    Value::Object(fields) => self.object(fields, (ty, input), spot, scope),
                    _ => self.mismatch(value, ty, spot),
                },
                Some(Kind::Composite(_)) | None => self.value(value, None, spot, scope),
            },
        }
    }

    fn scalar(&mut self, value: &Value, ty: &Type, spot: Spot<'_>, scope: &mut Scope<'a>) {
        let fits = match (named(ty).as_str(), value) {
            ("Int", Value::Number(number)) => is_int(number),
            ("ID", Value::Number(number)) => number.is_i64(),
            ("Float", Value::Number(_))
            | ("String" | "ID", Value::String(_))
            | ("Boolean", Value::Boolean(_)) => true,
            ("Int" | "Float" | "String" | "ID" | "Boolean", _) => false,
            // A custom scalar accepts any value, with variables in it. Each item of a list literal is
            // checked as the scalar.
            (_, Value::List(items)) => {
                let ty = Type { nullable: true, ..ty.clone() };
                for item in items {
                    self.value(item, Some(&ty), Spot { place: Place::Plain, ..spot }, scope);
                }
                true
            }
            (_, value) => {
                self.value(value, None, spot, scope);
                true
            }
        };
        if !fits {
            self.mismatch(value, ty, spot);
        }
    }

    fn enumerated(&mut self, value: &Value, ty: &Type, values: &[Name], spot: Spot<'_>) {
        match value {
            Value::Enum(name) if values.contains(name) => {}
            Value::Enum(name) => {
                let suggestion = self.suggestion(name, values.iter().map(Name::as_str));
                let message = format!("`{ty}` has no value {}.{suggestion}", cut(name));
                self.refuse_value(spot, message);
            }
            _ => self.mismatch(value, ty, spot),
        }
    }

    fn object(
        &mut self,
        fields: &IndexMap<Name, Value>,
        (ty, input): (&Type, &InputType),
        spot: Spot<'_>,
        scope: &mut Scope<'a>,
    ) {
        for (name, value) in fields {
            let definition = input.fields.get(name);
            // 5.6.2
            if definition.is_none() {
                let known = input.fields.keys().map(Name::as_str);
                let suggestion = self.suggestion(name, known);
                let message = format!("`{ty}` has no field {}.{suggestion}", cut(name));
                self.refuse_value(spot, message);
            }
            let place = match definition {
                Some(_) if input.one_of => Place::OneOf,
                Some(definition) if definition.default_value.is_some() => Place::HasDefault,
                Some(_) | None => Place::Plain,
            };
            let ty = definition.map(|definition| &definition.ty.node);
            self.value(value, ty, Spot { place, ..spot }, scope);
        }
        for (name, definition) in &input.fields {
            let is_required = !definition.ty.node.nullable && definition.default_value.is_none();
            // 5.6.4
            if is_required && !fields.contains_key(name) {
                let message = format!("The field {} of `{ty}` is required.", cut(name));
                self.refuse_value(spot, message);
            }
        }
        if input.one_of && (fields.len() != 1 || fields.values().any(|one| *one == Value::Null)) {
            let message =
                format!("A value of the type `{ty}` has exactly one field, and not null.");
            self.refuse_value(spot, message);
        }
    }

    /// The error for a wrong kind of value. It doesn't repeat the value, which may be a password.
    fn mismatch(&mut self, value: &Value, ty: &Type, spot: Spot<'_>) {
        let found = match value {
            Value::Variable(_) => "a variable",
            Value::Null => "null",
            Value::Number(number) if named(ty).as_str() == "Int" && is_beyond_int(number) => {
                "a number beyond 32 bits"
            }
            Value::Number(_) if named(ty).as_str() == "Int" => {
                "a number with a fraction or an exponent"
            }
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Boolean(_) => "true or false",
            Value::Binary(_) => "bytes",
            Value::Enum(_) => "a name without quotes",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        };
        let message = match spot.argument {
            Some(name) => format!("The argument {} must be `{ty}`, and has {found}.", cut(name)),
            None => format!("The default must be `{ty}`, and has {found}."),
        };
        self.refuse_value(spot, message);
    }

    fn refuse_value(&mut self, spot: Spot<'_>, message: String) {
        match spot.argument {
            Some(argument) => self.refuse_argument(spot.pos, argument, message),
            None => self.refuse(spot.pos, message),
        }
    }
}
