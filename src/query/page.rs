//! Pages of lists that only know `limit(n)` and `offset(n)`.

use super::call::{Call, Item};
use super::{DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, amount};
use crate::error::{Error, Result};

/// Which rows of a list to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many, 1 to 5,000.
    pub limit: u64,
    /// How many to skip, up to 1,000,000.
    pub offset: u64,
}

impl Page {
    /// Parses query strings. Only the first `limit` and the first `offset` count.
    pub fn read(queries: &[Option<String>]) -> Result<Self> {
        amount::check(queries)?;
        let mut limit = None;
        let mut offset = None;
        for query in queries {
            let call = Call::parse(query.as_deref().unwrap_or_default());
            let call = call.filter(|call| call.attribute().is_none());
            let (method, values) = call
                .as_ref()
                .map_or(("", [].as_slice()), |call| (call.method.as_str(), call.values.as_slice()));
            match (method, values) {
                ("limit", [Item::Number(n @ 1..=MAX_LIMIT)]) => limit = limit.or(Some(*n)),
                ("limit", [_]) => return Err(refuse("a limit is 1 to 5000")),
                ("offset", [Item::Number(n @ 0..=MAX_OFFSET)]) => offset = offset.or(Some(*n)),
                ("offset", [_]) => return Err(refuse("an offset is 0 to 1000000")),
                _ => return Err(refuse("only limit(n) and offset(n) are understood")),
            }
        }
        Ok(Self { limit: limit.unwrap_or(DEFAULT_LIMIT), offset: offset.unwrap_or(0) })
    }
}

fn refuse(why: &str) -> Error {
    Error::GeneralQueryInvalid(format!("{why}."))
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
