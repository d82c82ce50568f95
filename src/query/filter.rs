//! Filters: conditions that rows must meet.

use entity::Timestamp;

use super::attribute;
use super::attribute::Attribute;
use super::call::{Call, Item};
use super::method::{Kind, Method};
use super::{date, invalid};
use crate::error::{Error, Result};

/// How deep `and` and `or` may be nested.
const MAX_DEPTH: usize = 8;
/// The most values that the queries of a list may compare with.
const MAX_VALUES: usize = 500;

/// A condition that rows must meet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter<A> {
    /// An attribute passes a test.
    Is(A, Test),
    /// An attribute has a value, which doesn't pass a test.
    Not(A, Test),
    /// All of these are met.
    All(Vec<Self>),
    /// One of these is met.
    Any(Vec<Self>),
}

/// A test of an attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// There is none.
    Null,
    /// It is one of these.
    OneOf(Vec<Value>),
    /// It compares so with another.
    Compare(Comparison, Value),
    /// It lies between two others, or is one of them.
    Between(Value, Value),
    /// It begins so.
    StartsWith(String),
    /// It ends so.
    EndsWith(String),
    /// It has one of these parts, or items.
    ContainsAny(Vec<String>),
    /// It has all of these parts, or items.
    ContainsAll(Vec<String>),
}

impl Test {
    /// Whether the values that pass lie together in an order by bytes, or at a few places.
    pub fn is_range(&self) -> bool {
        match self {
            Self::OneOf(_) | Self::Compare(..) | Self::Between(..) | Self::StartsWith(_) => true,
            Self::Null | Self::EndsWith(_) | Self::ContainsAny(_) | Self::ContainsAll(_) => false,
        }
    }
}

/// How a value compares with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is less.
    Less,
    /// It is less or equal.
    LessOrEqual,
    /// It is greater.
    Greater,
    /// It is greater or equal.
    GreaterOrEqual,
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A Boolean.
    Flag(bool),
    /// A timestamp.
    Date(Timestamp),
}

/// Reads the filters of one list, within its bounds.
#[derive(Debug)]
pub(super) struct Reader {
    /// How many more values there may be.
    room: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self { room: MAX_VALUES }
    }
}

impl Reader {
    /// Reads a filter that is nested in `depth` others; none if the query isn't a filter.
    pub(super) fn read<A: Attribute>(
        &mut self,
        call: &Call,
        method: Method,
        depth: usize,
    ) -> Result<Option<Filter<A>>> {
        Ok(Some(match method {
            Method::And => Filter::All(self.nested(call, depth)?),
            Method::Or => Filter::Any(self.nested(call, depth)?),
            Method::Is(kind) => {
                let (attribute, test) = self.test(call, kind, false)?;
                Filter::Is(attribute, test)
            }
            Method::Not(kind) => {
                let (attribute, test) = self.test(call, kind, true)?;
                Filter::Not(attribute, test)
            }
            Method::Order(_)
            | Method::OrderRandom
            | Method::Limit
            | Method::Offset
            | Method::CursorAfter
            | Method::CursorBefore => return Ok(None),
        }))
    }

    /// Reads the filters in `and` and `or`.
    fn nested<A: Attribute>(&mut self, call: &Call, depth: usize) -> Result<Vec<Filter<A>>> {
        let queries = format!("{} queries", title(call));
        if depth >= MAX_DEPTH {
            return Err(invalid(format!("{queries} can be nested {MAX_DEPTH} times.")));
        }
        if call.values.len() < 2 {
            return Err(invalid(format!("{queries} require at least two queries.")));
        }
        let only_filters = || invalid(format!("{queries} can only contain filter queries."));
        let mut filters = Vec::new();
        for item in &call.values {
            let Item::Call(inner) = item else { return Err(only_filters()) };
            let filter = self.read(inner, inner.method()?, depth.saturating_add(1))?;
            filters.push(filter.ok_or_else(only_filters)?);
        }
        Ok(filters)
    }

    /// Reads an attribute with its test.
    fn test<A: Attribute>(
        &mut self,
        call: &Call,
        kind: Kind,
        is_negated: bool,
    ) -> Result<(A, Test)> {
        // A test without a value counts, too: SQLite bounds the depth of a condition.
        let values = Ord::max(call.values.len(), 1);
        self.room = self.room.checked_sub(values).ok_or_else(|| {
            invalid(format!("The queries have more than {MAX_VALUES} values in total."))
        })?;
        let attribute: A = call.attribute_of()?;
        check_kind(attribute, call, kind)?;
        check_count(call, kind, is_negated)?;
        let mut values = Values { attribute, items: call.values.iter() };
        let test = match kind {
            Kind::Equal => Test::OneOf(values.collect::<Result<_>>()?),
            Kind::Compare(comparison) => Test::Compare(comparison, values.one()?),
            Kind::Between => Test::Between(values.one()?, values.one()?),
            Kind::Null => Test::Null,
            Kind::StartsWith => Test::StartsWith(values.text()?),
            Kind::EndsWith => Test::EndsWith(values.text()?),
            Kind::ContainsAny => Test::ContainsAny(values.texts()?),
            Kind::ContainsAll => Test::ContainsAll(values.texts()?),
            Kind::Search => return Err(no_search(attribute)),
        };
        Ok((attribute, test))
    }
}

/// The method's name at the beginning of a sentence.
fn title(call: &Call) -> String {
    let mut characters = call.method.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn no_search<A: Attribute>(attribute: A) -> Error {
    let name = attribute.describe().name;
    Error::GeneralQueryInvalid(format!(
        "Searching by attribute \"{name}\" requires a fulltext index."
    ))
}

/// Checks that an attribute can be tested so.
fn check_kind<A: Attribute>(attribute: A, call: &Call, kind: Kind) -> Result<()> {
    let described = attribute.describe();
    let is_list = described.kind == attribute::Kind::Texts;
    let is_text = matches!(described.kind, attribute::Kind::Text(_));
    let problem = match kind {
        Kind::Equal | Kind::Compare(_) | Kind::Between | Kind::StartsWith | Kind::EndsWith
            if is_list =>
        {
            "it is an array"
        }
        Kind::StartsWith | Kind::EndsWith if !is_text => "it is not a string",
        Kind::ContainsAny | Kind::ContainsAll if !is_list && !is_text => {
            "it is not an array or string"
        }
        Kind::Equal
        | Kind::Compare(_)
        | Kind::Between
        | Kind::Null
        | Kind::StartsWith
        | Kind::EndsWith
        | Kind::ContainsAny
        | Kind::ContainsAll
        | Kind::Search => return Ok(()),
    };
    let (method, name) = (&call.method, described.name);
    Err(invalid(format!("Cannot query {method} on attribute \"{name}\" because {problem}.")))
}

/// Checks how many values a test has.
fn check_count(call: &Call, kind: Kind, is_negated: bool) -> Result<()> {
    let found = call.values.len();
    let (fits, needed) = match kind {
        Kind::Equal if is_negated => (found == 1, "exactly one value"),
        Kind::Equal | Kind::ContainsAny | Kind::ContainsAll => (found > 0, "at least one value"),
        Kind::Between => (found == 2, "exactly two values"),
        Kind::Null => (true, "no value"),
        Kind::Compare(_) | Kind::StartsWith | Kind::EndsWith | Kind::Search => {
            (found == 1, "exactly one value")
        }
    };
    let problem = || invalid(format!("{} queries require {needed}.", title(call)));
    if fits { Ok(()) } else { Err(problem()) }
}

/// The values of a test, in the type of its attribute.
struct Values<'a, A> {
    attribute: A,
    items: std::slice::Iter<'a, Item>,
}

impl<A: Attribute> Values<'_, A> {
    fn mistyped(&self) -> Error {
        let name = self.attribute.describe().name;
        invalid(format!("Query value is invalid for attribute \"{name}\""))
    }

    fn one(&mut self) -> Result<Value> {
        self.next().unwrap_or_else(|| Err(self.mistyped()))
    }

    fn text(&mut self) -> Result<String> {
        match self.items.next() {
            Some(Item::Text(text)) if is_storable(text) => Ok(text.clone()),
            _ => Err(self.mistyped()),
        }
    }

    fn texts(&mut self) -> Result<Vec<String>> {
        (0..self.items.len()).map(|_| self.text()).collect()
    }
}

impl<A: Attribute> Iterator for Values<'_, A> {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        let value = match (self.attribute.describe().kind, self.items.next()?) {
            (attribute::Kind::Text(_), Item::Text(text)) if is_storable(text) => {
                Some(Value::Text(text.clone()))
            }
            (attribute::Kind::Flag, Item::Flag(flag)) => Some(Value::Flag(*flag)),
            (attribute::Kind::Date, Item::Text(text)) => date::parse(text).map(Value::Date),
            _ => None,
        };
        Some(value.ok_or_else(|| self.mistyped()))
    }
}

/// Whether a text can be compared with: PostgreSQL has no zero bytes.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}
