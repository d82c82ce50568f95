//! Coerces variables: each must have its declared type (specification, 6.1.2), or nothing runs.

use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationDefinition, Type};
use async_graphql::{Name, Number, Value, Variables};

use super::fields::argument_of;
use super::{DocumentError, cut};
use crate::graphql::catalog::{Catalog, InputType, Kind};

/// A value of the wrong type, and its path in the variable.
struct Misfit {
    path: String,
    problem: String,
}

impl Misfit {
    fn new(problem: impl Into<String>) -> Self {
        Self { path: String::new(), problem: problem.into() }
    }

    fn below(self, step: &str) -> Self {
        Self { path: format!("{step}{}", self.path), ..self }
    }
}

/// Coerces the variables of an operation. Fails if one has the wrong type or is missing.
pub(super) fn coerce(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &mut Variables,
    catalog: &Catalog,
) -> Result<(), Vec<DocumentError>> {
    let mut errors = Vec::new();
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let name = &variable.name.node;
        let ty = &variable.var_type.node;
        // A default replaces a missing value, but not null.
        let message = match variables.get_mut(name) {
            Some(Value::Null) | None if ty.nullable => continue,
            None if variable.default_value.is_some() => continue,
            Some(Value::Null) | None => format!("The variable ${} is required.", bare(name)),
            Some(value) => match coerce_value(value, ty, catalog) {
                Ok(()) => continue,
                Err(Misfit { path, problem }) => {
                    format!("The variable ${}{path} {problem}.", bare(name))
                }
            },
        };
        let argument = argument_of(document, name);
        errors.push(DocumentError {
            argument,
            ..DocumentError::invalid(message, Some(definition.pos))
        });
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// A shortened name for a message, without quotes.
fn bare(name: &str) -> String {
    cut(name).trim_matches('`').to_owned()
}

/// The recursion is bounded by the types and by the JSON parser.
fn coerce_value(value: &mut Value, ty: &Type, catalog: &Catalog) -> Result<(), Misfit> {
    match (&mut *value, &ty.base) {
        (Value::Null, _) if ty.nullable => Ok(()),
        (Value::Null, _) => Err(Misfit::new("must not be null")),
        (Value::List(items), BaseType::List(item)) => {
            for (index, value) in items.iter_mut().enumerate() {
                let coerced = coerce_value(value, item, catalog);
                coerced.map_err(|misfit| misfit.below(&format!("[{index}]")))?;
            }
            Ok(())
        }
        // A single value is a list of one.
        (_, BaseType::List(item)) => {
            coerce_value(value, item, catalog)?;
            *value = Value::List(vec![std::mem::take(value)]);
            Ok(())
        }
        (_, BaseType::Named(name)) => match catalog.kind(name) {
            Some(Kind::Scalar) => coerce_scalar(value, name),
            Some(Kind::Enum(values)) => coerce_enum(value, name, values),
            Some(Kind::Input(input)) => coerce_object(value, name, input, catalog),
            // Validation has rejected such variables.
            Some(Kind::Composite(_)) | None => Ok(()),
        },
    }
}

fn coerce_scalar(value: &mut Value, name: &str) -> Result<(), Misfit> {
    // Some languages write whole numbers as 1.0.
    if let ("Int" | "ID", Value::Number(number)) = (name, &*value)
        && let Some(whole) = whole(number)
    {
        *value = Value::from(whole);
    }
    let fits = match (name, &*value) {
        ("Int", Value::Number(number)) => is_int(number),
        ("ID", Value::Number(number)) => number.is_i64(),
        ("String" | "ID", Value::String(_))
        | ("Float", Value::Number(_))
        | ("Boolean", Value::Boolean(_)) => true,
        _ => false,
    };
    let expected = match name {
        "Int" => "must be a whole number of 32 bits",
        "Float" => "must be a number",
        "String" => "must be a string",
        "ID" => "must be a string or a whole number",
        "Boolean" => "must be true or false",
        // Fields check the values of custom scalars.
        _ => return Ok(()),
    };
    if fits { Ok(()) } else { Err(Misfit::new(expected)) }
}

/// Whether a number is a GraphQL `Int`.
pub(super) fn is_int(number: &Number) -> bool {
    number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

/// Whether a number is too large for a GraphQL `Int`.
pub(super) fn is_beyond_int(number: &Number) -> bool {
    let range = f64::from(i32::MIN)..=f64::from(i32::MAX);
    number.as_f64().is_none_or(|number| !range.contains(&number))
}

/// A float's value, if it is whole and exact.
fn whole(number: &Number) -> Option<i64> {
    let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0)?;
    format!("{float:.0}").parse().ok().filter(|whole: &i64| whole.unsigned_abs() < 1 << 53)
}

fn coerce_enum(value: &Value, name: &str, values: &[Name]) -> Result<(), Misfit> {
    match value {
        Value::String(value) if values.iter().any(|known| known == value.as_str()) => Ok(()),
        Value::Enum(value) if values.contains(value) => Ok(()),
        _ => Err(Misfit::new(format!("must be a value of the enum `{name}`"))),
    }
}

fn coerce_object(
    value: &mut Value,
    name: &str,
    input: &InputType,
    catalog: &Catalog,
) -> Result<(), Misfit> {
    let Value::Object(fields) = value else {
        return Err(Misfit::new(format!("must be an object of the type `{name}`")));
    };
    if let Some(unknown) = fields.keys().find(|key| !input.fields.contains_key(key.as_str())) {
        return Err(Misfit::new(format!("has no field {}", cut(unknown))));
    }
    for (key, definition) in &input.fields {
        match fields.get_mut(key) {
            Some(value) => coerce_value(value, &definition.ty.node, catalog)
                .map_err(|misfit| misfit.below(&format!(".{key}")))?,
            None => match &definition.default_value {
                Some(default) => {
                    fields.insert(key.clone(), default.node.clone());
                }
                None if definition.ty.node.nullable => {}
                None => return Err(Misfit::new("is required").below(&format!(".{key}"))),
            },
        }
    }
    let given = fields.values().filter(|value| **value != Value::Null).count();
    if input.one_of && (given != 1 || fields.len() != 1) {
        return Err(Misfit::new(format!("must have exactly one field of the type `{name}`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::graphql::document::syntax;

    const SCHEMA: &str = "
        type Query { a: Int }
        scalar Any
        enum Color { RED BLUE }
        input Point { x: Int! y: Int = 2 inner: Point }
        input Either @oneOf { a: String b: Int }";

    /// The variables after they were made to fit `$v` of the type, or what was refused.
    fn coerced(ty: &str, variables: Json) -> Result<Json, String> {
        let catalog = Catalog::read_types(SCHEMA).unwrap();
        let document = syntax::parse(&format!("query ($v: {ty}) {{ a(v: $v) }}")).unwrap();
        let document = super::super::executable::make(document);
        let (_, operation) = document.operations.iter().next().unwrap();
        let mut variables = Variables::from_json(variables);
        coerce(&document, &operation.node, &mut variables, &catalog)
            .map(|()| serde_json::to_value(&variables).unwrap()["v"].clone())
            .map_err(|errors| errors[0].message.clone())
    }

    /// C-04: 6.1.2, values of the declared type are taken, in lists and input objects, too.
    #[test]
    fn declared_types_are_accepted() {
        for (ty, value, expected) in [
            ("Int!", json!(5), json!(5)),
            ("Int", json!(5.0), json!(5)),
            ("Int", json!(null), json!(null)),
            ("Float", json!(5), json!(5)),
            ("String!", json!("x"), json!("x")),
            ("ID", json!(7), json!(7)),
            ("ID", json!("7"), json!("7")),
            ("Boolean!", json!(false), json!(false)),
            ("Color", json!("RED"), json!("RED")),
            ("[String]", json!(["a", null]), json!(["a", null])),
            ("[String]", json!("a"), json!(["a"])),
            ("[[Int!]!]", json!([[1], 2]), json!([[1], [2]])),
            ("Any!", json!({"a": [1, null]}), json!({"a": [1, null]})),
            ("Point", json!({"x": 1}), json!({"x": 1, "y": 2})),
            ("Point", json!({"x": 1, "y": null}), json!({"x": 1, "y": null})),
            ("Either", json!({"a": "x"}), json!({"a": "x"})),
        ] {
            assert_eq!(coerced(ty, json!({"v": value})), Ok(expected), "{ty} {value}");
        }
        assert_eq!(coerced("Int! = 3", json!({})), Ok(json!(null)));
    }

    /// C-04: anything else is refused by the name of the variable and the place in it, and not repeated.
    #[test]
    fn what_does_not_fit_is_refused() {
        for (ty, value, expected) in [
            ("Int", json!("5"), "The variable $v must be a whole number of 32 bits."),
            ("Int", json!(5.5), "The variable $v must be a whole number of 32 bits."),
            ("Int", json!(2_147_483_648_u32), "The variable $v must be a whole number of 32 bits."),
            ("Float", json!("5"), "The variable $v must be a number."),
            ("String", json!(5), "The variable $v must be a string."),
            ("String", json!(["x"]), "The variable $v must be a string."),
            ("ID", json!(1.5), "The variable $v must be a string or a whole number."),
            ("Boolean", json!("true"), "The variable $v must be true or false."),
            ("Color", json!("GREEN"), "The variable $v must be a value of the enum `Color`."),
            ("Int!", json!(null), "The variable $v is required."),
            ("Int! = 3", json!(null), "The variable $v is required."),
            ("[String!]", json!(["a", null]), "The variable $v[1] must not be null."),
            ("[String]", json!(["a", 5]), "The variable $v[1] must be a string."),
            (
                "[[Int]]",
                json!([[1, "x"]]),
                "The variable $v[0][1] must be a whole number of 32 bits.",
            ),
            ("Point", json!(5), "The variable $v must be an object of the type `Point`."),
            ("Point", json!({}), "The variable $v.x is required."),
            ("Point", json!({"x": 1, "z": 1}), "The variable $v has no field `z`."),
            (
                "Point",
                json!({"x": 1, "inner": {"x": null}}),
                "The variable $v.inner.x must not be null.",
            ),
            (
                "Either",
                json!({"a": "x", "b": 1}),
                "The variable $v must have exactly one field of the type `Either`.",
            ),
            (
                "Either",
                json!({"a": null}),
                "The variable $v must have exactly one field of the type `Either`.",
            ),
        ] {
            assert_eq!(coerced(ty, json!({"v": value})), Err(expected.to_owned()), "{ty} {value}");
        }
        assert_eq!(coerced("Int!", json!({})), Err("The variable $v is required.".to_owned()));
    }
}
