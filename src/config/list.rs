//! Reading a list, from the file and from the environment.

use serde::{Deserialize, Deserializer};

/// A list as a file writes it, or separated by commas as a variable has it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "not a list")]
enum List {
    Items(Vec<String>),
    Text(String),
}

/// Reads the items that are not blank, without the spaces around them.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    let items = match List::deserialize(input)? {
        List::Items(items) => items,
        List::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    let items = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
    Ok(items.map(str::to_owned).collect())
}
