//! The manual of the settings, `config.default.toml`, read line by line.

/// The commented default file.
pub const TEXT: &str = include_str!("../config.default.toml");

/// A line of the manual, by what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// It ends what stands above it.
    Blank,
    /// The head of a table.
    Section(&'a str),
    /// A setting, with its default or, if it has none, an example.
    Setting {
        /// The key, within the table.
        key: &'a str,
        /// The value, in TOML.
        value: &'a str,
        /// Whether it is the default.
        is_set: bool,
    },
    /// A part of a description.
    Comment(&'a str),
}

impl<'a> Line<'a> {
    /// Reads a line.
    pub fn of(line: &'a str) -> Self {
        let comment = line.strip_prefix('#').map(str::trim_start);
        let setting = comment.unwrap_or(line).split_once(" = ");
        let is_key =
            |key: &str| key.bytes().all(|it| it.is_ascii_lowercase() || b"._".contains(&it));
        match (setting, comment) {
            (Some((key, value)), _) if is_key(key) => {
                Self::Setting { key, value, is_set: comment.is_none() }
            }
            (_, Some(comment)) => Self::Comment(comment),
            (_, None) if line.is_empty() => Self::Blank,
            (_, None) => Self::Section(line.trim_matches(['[', ']'])),
        }
    }
}

/// A setting of the manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The table; empty at the top.
    pub(super) section: &'static str,
    /// The key within it.
    pub(super) key: &'static str,
    /// The default or an example, in TOML.
    pub(super) value: &'static str,
    /// Whether it is the default.
    pub(super) is_set: bool,
    /// Its description.
    pub(super) description: String,
}

/// All settings of the manual. Settings that stand together have the same description.
pub(super) fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut section = "";
    let mut description: Vec<&str> = Vec::new();
    let mut is_used = false;
    for line in TEXT.lines() {
        match Line::of(line) {
            Line::Blank => {
                description.clear();
            }
            Line::Section(name) => {
                section = name;
                description.clear();
            }
            Line::Comment(text) => {
                if std::mem::take(&mut is_used) {
                    description.clear();
                }
                description.push(text);
            }
            Line::Setting { key, value, is_set } => {
                is_used = true;
                let description = description.join(" ");
                entries.push(Entry { section, key, value, is_set, description });
            }
        }
    }
    entries
}
