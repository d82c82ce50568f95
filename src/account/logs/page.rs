//! Query strings of lists: `limit(n)` and `offset(n)`, in the older syntax and in the newer JSON syntax.

use serde::Deserialize;

use crate::error::{Error, Result};

/// The most query strings that a list takes.
const MAX_QUERIES: usize = 100;
/// The longest query string, in characters.
const MAX_QUERY: usize = 4096;
/// The default page size.
const DEFAULT_LIMIT: u64 = 25;
/// The largest page size.
pub(super) const MAX_PAGE: u64 = 5_000;
/// The largest offset.
const FURTHEST: u64 = 1_000_000;

/// Which rows of a list to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many, 1 to 5,000.
    pub limit: u64,
    /// How many to skip, up to 1,000,000.
    pub offset: u64,
}

/// A query in JSON syntax.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonQuery {
    method: String,
    #[serde(default)]
    attribute: String,
    values: Vec<u64>,
}

impl Page {
    /// Parses query strings. Only the first `limit` and the first `offset` count.
    pub fn read(queries: &[Option<String>]) -> Result<Self> {
        let too_long = |query: &Option<String>| {
            query.as_ref().is_some_and(|query| query.chars().count() > MAX_QUERY)
        };
        if queries.len() > MAX_QUERIES || queries.iter().any(too_long) {
            return Err(Error::argument(
                "queries",
                "must be at most 100 queries of at most 4096 characters each.",
            ));
        }
        let mut limit = None;
        let mut offset = None;
        for query in queries {
            let query = query.as_deref().unwrap_or_default();
            match parse(query)
                .ok_or_else(|| refuse("only limit(n) and offset(n) are understood"))?
            {
                ("limit", n @ 1..=MAX_PAGE) => limit = limit.or(Some(n)),
                ("limit", _) => return Err(refuse("a limit is 1 to 5000")),
                ("offset", n @ 0..=FURTHEST) => offset = offset.or(Some(n)),
                _ => return Err(refuse("an offset is 0 to 1000000")),
            }
        }
        Ok(Self { limit: limit.unwrap_or(DEFAULT_LIMIT), offset: offset.unwrap_or(0) })
    }
}

fn refuse(why: &str) -> Error {
    Error::GeneralQueryInvalid(format!("{why}."))
}

/// Splits a query into its method and number.
fn parse(query: &str) -> Option<(&'static str, u64)> {
    let (method, number) =
        if query.starts_with('{') { parse_json(query)? } else { parse_call(query)? };
    match method.as_str() {
        "limit" => Some(("limit", number)),
        "offset" => Some(("offset", number)),
        _ => None,
    }
}

/// JSON syntax: `{"method":"limit","values":[25]}`.
fn parse_json(query: &str) -> Option<(String, u64)> {
    let query: JsonQuery = serde_json::from_str(query).ok()?;
    match query.values.as_slice() {
        [number] if query.attribute.is_empty() => Some((query.method, *number)),
        _ => None,
    }
}

/// Older syntax: `limit(25)`, also with the number in quotes.
fn parse_call(query: &str) -> Option<(String, u64)> {
    let (method, rest) = query.split_once('(')?;
    let number = rest.strip_suffix(')')?.trim();
    let quoted = |quote: char| number.strip_prefix(quote)?.strip_suffix(quote);
    let number = quoted('"').or_else(|| quoted('\'')).unwrap_or(number);
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Some((method.trim().to_owned(), number.parse().ok()?))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(queries: &[&str]) -> Result<Page> {
        let queries: Vec<_> = queries.iter().map(|query| Some((*query).to_owned())).collect();
        Page::read(&queries)
    }

    #[test]
    fn both_grammars_are_read_and_the_first_of_a_kind_counts() {
        assert_eq!(read(&[]).unwrap(), Page { limit: 25, offset: 0 });
        assert_eq!(read(&["limit(5)", "offset(10)"]).unwrap(), Page { limit: 5, offset: 10 });
        assert_eq!(read(&["limit( \"5\" )"]).unwrap(), Page { limit: 5, offset: 0 });
        assert_eq!(read(&["limit(7)", "limit(9)"]).unwrap(), Page { limit: 7, offset: 0 });
        let json = [r#"{"method":"limit","attribute":"","values":[50]}"#];
        assert_eq!(read(&json).unwrap(), Page { limit: 50, offset: 0 });
        assert_eq!(read(&["limit(5000)", "offset(1000000)"]).unwrap().limit, 5000);
    }

    /// DL-3, N-17, N-18, N-20: everything else is an invalid query.
    #[test]
    fn other_queries_are_refused() {
        for bad in [
            "limit(0)",
            "limit(-1)",
            "limit(5001)",
            "limit(1e9)",
            "limit(1.5)",
            "limit()",
            "limit",
            "LIMIT(5)",
            "limit(5,6)",
            "offset(-1)",
            "offset(1000001)",
            "offset(1); DROP TABLE users",
            "equal(\"userId\", [\"B\"])",
            "orderDesc(\"\")",
            "",
            "{",
            "{\"method\":\"limit\"}",
            "{\"method\":\"equal\",\"attribute\":\"userId\",\"values\":[1]}",
            "{\"method\":\"limit\",\"values\":[-1]}",
            "limit(99999999999999999999999)",
        ] {
            assert_eq!(read(&[bad]).unwrap_err().wire().0, "general_query_invalid", "{bad}");
        }
    }

    /// N-19: too many queries, or too long a one.
    #[test]
    fn the_amount_is_bounded() {
        let long = format!("limit(1{})", " ".repeat(4096));

        assert_eq!(read(&["limit(1)"; 101]).unwrap_err().wire().0, "general_argument_invalid");
        assert_eq!(read(&[&long]).unwrap_err().wire().0, "general_argument_invalid");
        assert!(read(&["limit(1)"; 100]).is_ok());
    }
}
