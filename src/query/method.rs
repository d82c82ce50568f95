//! The methods of queries.

use super::attribute::Direction;
use super::filter::Comparison;

/// What a query does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Keeps the rows that pass a test.
    Is(Kind),
    /// Keeps the rows whose value doesn't pass a test.
    Not(Kind),
    And,
    Or,
    Order(Direction),
    OrderRandom,
    Limit,
    Offset,
    CursorAfter,
    CursorBefore,
}

/// The kinds of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Equal,
    Compare(Comparison),
    Between,
    Null,
    StartsWith,
    EndsWith,
    ContainsAny,
    ContainsAll,
    Search,
}

/// The methods by their names on the wire.
const METHODS: [(&str, Method); 29] = [
    ("equal", Method::Is(Kind::Equal)),
    ("notEqual", Method::Not(Kind::Equal)),
    ("lessThan", Method::Is(Kind::Compare(Comparison::Less))),
    ("lessThanEqual", Method::Is(Kind::Compare(Comparison::LessOrEqual))),
    ("greaterThan", Method::Is(Kind::Compare(Comparison::Greater))),
    ("greaterThanEqual", Method::Is(Kind::Compare(Comparison::GreaterOrEqual))),
    ("between", Method::Is(Kind::Between)),
    ("notBetween", Method::Not(Kind::Between)),
    ("isNull", Method::Is(Kind::Null)),
    ("isNotNull", Method::Not(Kind::Null)),
    ("startsWith", Method::Is(Kind::StartsWith)),
    ("notStartsWith", Method::Not(Kind::StartsWith)),
    ("endsWith", Method::Is(Kind::EndsWith)),
    ("notEndsWith", Method::Not(Kind::EndsWith)),
    ("contains", Method::Is(Kind::ContainsAny)),
    ("containsAny", Method::Is(Kind::ContainsAny)),
    ("containsAll", Method::Is(Kind::ContainsAll)),
    ("notContains", Method::Not(Kind::ContainsAny)),
    ("search", Method::Is(Kind::Search)),
    ("notSearch", Method::Not(Kind::Search)),
    ("and", Method::And),
    ("or", Method::Or),
    ("orderAsc", Method::Order(Direction::Ascending)),
    ("orderDesc", Method::Order(Direction::Descending)),
    ("orderRandom", Method::OrderRandom),
    ("limit", Method::Limit),
    ("offset", Method::Offset),
    ("cursorAfter", Method::CursorAfter),
    ("cursorBefore", Method::CursorBefore),
];

impl Method {
    /// The method with a name on the wire.
    pub(super) fn parse(name: &str) -> Option<Self> {
        METHODS.iter().find(|(known, _)| *known == name).map(|(_, method)| *method)
    }

    /// Whether the first argument of a call is an attribute.
    pub(super) fn takes_attribute(self) -> bool {
        match self {
            Self::Is(_) | Self::Not(_) | Self::Order(_) => true,
            Self::And
            | Self::Or
            | Self::OrderRandom
            | Self::Limit
            | Self::Offset
            | Self::CursorAfter
            | Self::CursorBefore => false,
        }
    }
}
