//! Finds lines that repeat an id, an address or a number of an earlier line.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use serde::Deserialize;

use crate::address::{Email, Phone};

/// The ids, addresses and numbers of the lines that were accepted so far: their hashes, since files may have millions of lines.
#[derive(Default)]
pub(super) struct Duplicates {
    lines: HashMap<u64, u64>,
    hasher: RandomState,
}

/// The hashes of a line's values that must be unique, by their names.
pub(super) struct Keys([Option<(&'static str, u64)>; 3]);

/// The values of a row that must be unique.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

impl Duplicates {
    /// The keys of a line. One that can't be read has none, and the server reports it.
    pub(super) fn keys(&self, line: &str) -> Keys {
        let Row { id, email, phone } = serde_json::from_str(line).unwrap_or_default();
        let email = email.and_then(|email| Email::parse(&email)).map(|email| email.to_string());
        let phone = phone.and_then(|phone| Phone::parse(&phone)).map(|phone| phone.to_string());
        let id = id.filter(|id| id != "unique()");
        let keys = [("id", id), ("email", email), ("phone", phone)];
        Keys(keys.map(|(name, value)| Some((name, self.hasher.hash_one((name, value?))))))
    }

    /// Says which value an accepted line has already, if there is one.
    pub(super) fn find(&self, Keys(keys): &Keys) -> Option<String> {
        let mut taken = keys.iter().flatten().filter_map(|(name, hash)| {
            Some(format!("{name}: line {} has the same", self.lines.get(hash)?))
        });
        taken.next()
    }

    /// Adds a line that was accepted.
    pub(super) fn add(&mut self, number: u64, Keys(keys): &Keys) {
        self.lines.extend(keys.iter().flatten().map(|(_, hash)| (*hash, number)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_with_an_address_counts() {
        let mut duplicates = Duplicates::default();
        let mut add = |number, line| {
            let keys = duplicates.keys(line);
            let found = duplicates.find(&keys);
            if found.is_none() {
                duplicates.add(number, &keys);
            }
            found
        };

        assert_eq!(
            add(1, r#"{"id":"ada","email":"ada@example.com","phone":"+16175551212"}"#),
            None
        );
        assert_eq!(add(2, r#"{"id":"Ada","name":"Ada"}"#), None);
        let repeated = |text: &str| Some(format!("{text}: line 1 has the same"));
        assert_eq!(add(3, r#"{"id":"ada"}"#), repeated("id"));
        assert_eq!(add(4, r#"{"email":"ADA@Example.com"}"#), repeated("email"));
        assert_eq!(add(5, r#"{"phone":"+16175551212"}"#), repeated("phone"));
        assert_eq!(add(6, "{"), None);
        assert_eq!(add(7, r#"{"id":"unique()"}"#), None);
        assert_eq!(add(8, r#"{"id":"unique()"}"#), None);
    }
}
