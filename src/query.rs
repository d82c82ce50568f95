//! The query strings of lists: parsing, checking against a list's attributes, and reading the rows they ask for.
//!
//! A query is a JSON object, `{"method":"equal","attribute":"email","values":["ada@example.com"]}`, or has the older form
//! of a call: `equal("email", ["ada@example.com"])`.

mod amount;
mod attribute;
mod call;
mod common;
mod conditions;
mod date;
mod filter;
mod keys;
mod list;
mod method;
mod order;
pub mod page;
mod plan;
mod prefix;
mod read;
mod read_limit;
mod sql;

pub use attribute::{Absence, Attribute, Column, Described, Kind, Text};
pub(crate) use conditions::{Candidate, Condition, Conditions};
pub use filter::{Comparison, Test, Value};
pub use keys::Keys;
pub use list::ListQuery;
pub(crate) use prefix::successor;
pub(crate) use read::{ReadOptions, read};
pub use read_limit::ReadLimit;
pub use sql::Scope;
pub(crate) use sql::{in_turn, never};

use crate::error::Error;

/// The default page size.
const DEFAULT_LIMIT: u64 = 25;
/// The largest page size.
const MAX_LIMIT: u64 = 5_000;
/// The largest offset.
const MAX_OFFSET: u64 = 1_000_000;

/// The error for a query that can't be run.
fn invalid(problem: impl Into<String>) -> Error {
    Error::argument("queries", format!("Invalid query: {}", problem.into()))
}
