//! The scalars of the API: dates, and JSON going in and out.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use entity::Timestamp;
use serde::{Serialize, Serializer};

/// A point in time on the wire.
#[derive(Clone, Copy, Debug)]
pub struct DateTime(pub Timestamp);

/// A date and time in RFC 3339 format, in UTC, with milliseconds and the offset `+00:00`, for example
/// `2026-11-23T14:01:06.623+00:00`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        // The API takes no dates.
        Err(InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339())
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl From<Timestamp> for DateTime {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

/// A JSON object as an argument, in any of the forms that clients send.
#[derive(Clone, Debug)]
pub struct Assoc(pub Value);

/// A JSON object as an argument. Send a string of JSON (`"{\"theme\":\"dark\"}"`), an object literal
/// (`{theme: "dark"}`), or a variable with either.
#[Scalar]
impl ScalarType for Assoc {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// JSON in a response.
#[derive(Clone, Debug)]
pub struct Json(pub Value);

/// Any JSON value.
#[Scalar]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}
