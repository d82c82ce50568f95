//! The names of countries, in the languages that messages are written in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A line for each country: its code in ISO 3166-1, `xk` for Kosovo (as in databases of addresses), or `--`
/// if unknown, then its names. The first line has the languages.
pub(super) const TABLE: &str = include_str!("../data/countries.tsv");

/// The names by language and code.
static NAMES: LazyLock<BTreeMap<(&str, &str), &str>> = LazyLock::new(|| {
    let mut lines = TABLE.lines().map(|line| line.split('\t'));
    let languages: Vec<&str> = lines.next().into_iter().flatten().skip(1).collect();
    let mut names = BTreeMap::new();
    for mut line in lines {
        let code = line.next().unwrap_or_default();
        names.extend(languages.iter().zip(line).map(|(language, name)| ((*language, code), name)));
    }
    names
});

/// The name of a country in a language; nothing if either is not in the table.
pub(super) fn find(language: &str, code: &str) -> Option<&'static str> {
    NAMES.get(&(language, code)).copied()
}
