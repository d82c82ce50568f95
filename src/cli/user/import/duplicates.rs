//! Finds lines that repeat an id, an address or a number of an earlier line.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use serde::Deserialize;

use crate::address::{Email, Phone};

/// The ids, addresses and numbers of the lines so far: their hashes, since files may have millions of lines.
#[derive(Default)]
pub(super) struct Duplicates {
    lines: HashMap<u64, u64>,
    hasher: RandomState,
}

/// The values of a row that must be unique.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys {
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

impl Duplicates {
    /// The value that a line repeats, if any. The server reports a line that can't be read.
    pub(super) fn find(&mut self, number: u64, line: &str) -> Option<String> {
        let Keys { id, email, phone } = serde_json::from_str(line).unwrap_or_default();
        let email = email.and_then(|email| Email::parse(&email)).map(|email| email.to_string());
        let phone = phone.and_then(|phone| Phone::parse(&phone)).map(|phone| phone.to_string());
        let id = id.filter(|id| id != "unique()");
        let keys = [("id", id), ("email", email), ("phone", phone)];
        let keys = keys.map(|(name, value)| Some((name, self.hasher.hash_one((name, value?)))));
        for (name, hash) in keys.iter().flatten() {
            if let Some(earlier) = self.lines.get(hash) {
                return Some(format!("{name}: line {earlier} has the same"));
            }
        }
        self.lines.extend(keys.into_iter().flatten().map(|(_, hash)| (hash, number)));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_with_an_address_counts() {
        let mut duplicates = Duplicates::default();
        let mut find = |number, line| duplicates.find(number, line);

        assert_eq!(
            find(1, r#"{"id":"ada","email":"ada@example.com","phone":"+16175551212"}"#),
            None
        );
        assert_eq!(find(2, r#"{"id":"Ada","name":"Ada"}"#), None);
        let repeated = |text: &str| Some(format!("{text}: line 1 has the same"));
        assert_eq!(find(3, r#"{"id":"ada"}"#), repeated("id"));
        assert_eq!(find(4, r#"{"email":"ADA@Example.com"}"#), repeated("email"));
        assert_eq!(find(5, r#"{"phone":"+16175551212"}"#), repeated("phone"));
        assert_eq!(find(6, "{"), None);
        assert_eq!(find(7, r#"{"id":"unique()"}"#), None);
        assert_eq!(find(8, r#"{"id":"unique()"}"#), None);
    }
}
