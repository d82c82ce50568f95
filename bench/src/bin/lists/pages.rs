//! The kinds of pages that are measured.

use std::fmt::Write;

use bench::user::User;
use serde_json::json;

/// A kind of page.
pub(crate) struct Page {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// Whether it is right that nobody is on it.
    pub(crate) may_be_empty: bool,
    users: u32,
    queries: Vec<serde_json::Value>,
    search: &'static str,
    position: Position,
}

/// Where the page lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// At the beginning.
    First,
    /// After a user by chance.
    Cursor,
    /// So many users down.
    Offset(u32),
}

impl Page {
    /// The path of its call of this number.
    pub(crate) fn path(&self, call: u32) -> String {
        let mut queries = self.queries.clone();
        match self.position {
            Position::First => {}
            Position::Cursor => {
                // Spread over all users.
                let number = call.wrapping_mul(2_654_435_761).checked_rem(self.users).unwrap_or(0);
                queries.push(json!({"method": "cursorAfter", "values": [User(number).id()]}));
            }
            Position::Offset(offset) => queries.push(json!({"method": "offset", "values": [offset]})),
        }
        let mut path = "/v1/users?".to_owned();
        for (index, query) in queries.iter().enumerate() {
            let _ = write!(path, "queries%5B{index}%5D={}&", encoded(&query.to_string()));
        }
        if !self.search.is_empty() {
            let _ = write!(path, "search={}", encoded(self.search));
        }
        path
    }
}

/// All kinds of pages of a list of so many users.
pub(crate) fn all(users: u32) -> Vec<Page> {
    let is = |method: &str, attribute: &str, values: serde_json::Value| json!({"method": method, "attribute": attribute, "values": values});
    let order = |attribute: &str| json!({"method": "orderDesc", "attribute": attribute});
    let kinds = [
        ("the first page", vec![], "", Position::First),
        ("after a cursor", vec![], "", Position::Cursor),
        ("the newest", vec![order("")], "", Position::First),
        ("by name, after a cursor", vec![order("name")], "", Position::Cursor),
        ("by address, after a cursor", vec![order("email")], "", Position::Cursor),
        ("an offset of 10,000", vec![], "", Position::Offset(10_000)),
        ("an address", vec![is("equal", "email", json!([User(7).email()]))], "", Position::First),
        ("blocked users", vec![is("equal", "status", json!([false]))], "", Position::First),
        (
            "blocked users by name",
            vec![is("equal", "status", json!([false])), order("name")],
            "",
            Position::First,
        ),
        (
            "unverified addresses, after a cursor",
            vec![is("equal", "emailVerification", json!([false]))],
            "",
            Position::Cursor,
        ),
        ("names that begin with A", vec![is("startsWith", "name", json!(["a"]))], "", Position::First),
        ("a rare label", vec![is("contains", "labels", json!(["vip"]))], "", Position::First),
        (
            "a frequent label, verified, by name",
            vec![
                is("contains", "labels", json!(["beta"])),
                is("equal", "emailVerification", json!([true])),
                order("name"),
            ],
            "",
            Position::First,
        ),
        ("search: one letter", vec![], "a", Position::First),
        ("search: a frequent name", vec![], "ada", Position::First),
        ("search: first and last name", vec![], "ada love", Position::First),
        ("search: first and last name, after a cursor", vec![], "ada love", Position::Cursor),
        (
            "search: first and last name, verified, newest",
            vec![is("equal", "emailVerification", json!([true])), order("")],
            "ada love",
            Position::First,
        ),
        (
            "search: a frequent name, a frequent label",
            vec![is("contains", "labels", json!(["beta"]))],
            "ada",
            Position::First,
        ),
        ("search: an address", vec![], "user-0000123@", Position::First),
        ("search: nobody", vec![], "qqqq", Position::First),
    ];
    let page = |(name, queries, search, position)| Page {
        name,
        may_be_empty: search == "qqqq" || position == Position::Cursor,
        users,
        queries,
        search,
        position,
    };
    kinds.into_iter().map(page).collect()
}

/// A text in a query string.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
