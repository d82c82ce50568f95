//! Reads lists from the file and the environment.

use serde::{Deserialize, Deserializer};

/// A list in a file, or separated by commas in a variable.
#[derive(Deserialize)]
#[serde(untagged, expecting = "not a list")]
enum List {
    Items(Vec<String>),
    Text(String),
}

/// Reads items, without blank ones and surrounding spaces.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    let items = match List::deserialize(input)? {
        List::Items(items) => items,
        List::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    let items = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
    Ok(items.map(str::to_owned).collect())
}
