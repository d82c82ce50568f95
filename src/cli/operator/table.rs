//! Tables for people.

use std::fmt;

use comfy_table::{ContentArrangement, presets};
use serde_json::Value;

/// How far the server counts users and messages.
const MAX_TOTAL: usize = 5_000;

/// A table without lines, one row a line, so that `grep` and `awk` understand it.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = Self::plain();
        table.0.set_header(headings);
        table
    }

    /// A table of names and values.
    pub(crate) fn plain() -> Self {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        Self(table)
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.add_row(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.lines() {
            // Without the margin on both sides.
            writeln!(f, "{}", line.strip_prefix(' ').unwrap_or(&line).trim_end())?;
        }
        Ok(())
    }
}

/// The text of a member of a row, at a JSON pointer: `-` if it is empty. Characters that a terminal would obey are
/// replaced.
pub(crate) fn cell(row: &Value, pointer: &str) -> String {
    let text = match row.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        }
        Some(value @ (Value::Number(_) | Value::Object(_))) => value.to_string(),
    };
    if text.is_empty() { "-".to_owned() } else { text.chars().map(harmless).collect() }
}

/// A time to the second, in UTC.
pub(crate) fn time(row: &Value, pointer: &str) -> String {
    let text = cell(row, pointer);
    match text.split_once('.') {
        Some((seconds, _)) => seconds.replace('T', " "),
        None => text,
    }
}

/// A time to the second, with its zone.
pub(crate) fn utc(row: &Value, pointer: &str) -> String {
    match time(row, pointer) {
        time if time == "-" => time,
        time => format!("{time} UTC"),
    }
}

/// A country's code: `-` if it is unknown.
pub(crate) fn country(row: &Value) -> String {
    cell(row, "/countryCode").replace("--", "-")
}

/// How many there are of something: `1 session`, `2 sessions`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// The last line of a list: how many rows it shows, of how many, and the option that shows the next ones.
pub(crate) fn summary(rows: &[Value], page: &Value, noun: &str, next: Option<String>) -> String {
    let next = next.map_or_else(String::new, |option| format!("; next: {option}"));
    let total = match total(page) {
        MAX_TOTAL => format!("{MAX_TOTAL} or more {noun}s"),
        total => counted(total, noun),
    };
    format!("{} of {total}{next}", rows.len())
}

/// The option that shows the rows after these, if there may be more.
pub(crate) fn next_page(rows: &[Value], page: &Value, limit: u32) -> Option<String> {
    let total = total(page);
    let is_full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let last = rows.last().filter(|_| is_full && (rows.len() < total || total == MAX_TOTAL))?;
    Some(format!("--after {}", cell(last, "/_id")))
}

/// How many rows a list has.
pub(crate) fn total(page: &Value) -> usize {
    let total = page.pointer("/total").and_then(Value::as_u64).unwrap_or_default();
    usize::try_from(total).unwrap_or(usize::MAX)
}

/// The character, unless a terminal could obey it, or it hides or turns around others. Emoji and some scripts are joined by
/// U+200C and U+200D, and spaces may be wide.
fn harmless(c: char) -> char {
    let is_line_break = matches!(c, '\u{2028}' | '\u{2029}');
    let is_hidden = matches!(c, '\u{ad}' | '\u{e0000}'..='\u{e007f}')
        || crate::text::is_invisible(c)
            && !c.is_whitespace()
            && !matches!(c, '\u{200c}' | '\u{200d}');
    if c.is_control() || is_line_break || is_hidden { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_a_line_in_columns() {
        let row = json!({"id": "ada", "name": "Ada 李", "labels": ["a", "b"], "at": "2026-11-29T10:00:00.123+00:00"});
        let mut table = Table::new(&["ID", "NAME", "LABELS", "AT"]);
        table.add([
            cell(&row, "/id"),
            cell(&row, "/name"),
            cell(&row, "/labels"),
            time(&row, "/at"),
        ]);
        table.add(["lovelace", "-", "-", "-"].map(str::to_owned));

        let expected = "\
ID        NAME    LABELS  AT
ada       Ada 李  a,b     2026-11-29 10:00:00
lovelace  -       -       -
";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn the_last_line_shows_the_next_command() {
        let rows = [json!({"_id": "ada"}), json!({"_id": "bob"})];
        let page = |total: u32| json!({ "total": total });
        let last = |total: u32, limit: u32| {
            summary(&rows, &page(total), "user", next_page(&rows, &page(total), limit))
        };

        assert_eq!(last(27, 2), "2 of 27 users; next: --after bob");
        assert_eq!(last(27, 25), "2 of 27 users");
        assert_eq!(last(5_000, 2), "2 of 5000 or more users; next: --after bob");
        assert_eq!(last(2, 2), "2 of 2 users");
        assert_eq!(summary(&[], &page(1), "event", None), "0 of 1 event");
        assert_eq!(counted(1, "session"), "1 session");
    }

    #[test]
    fn a_terminal_obeys_no_cell() {
        let row = json!({"name": "\u{1b}[2J\u{202e}x\n", "none": null});

        assert_eq!(cell(&row, "/name"), "\u{fffd}[2J\u{fffd}x\u{fffd}");
        for name in ["山田\u{3000}太郎", "Jean\u{a0}Luc", "👩\u{200d}👧", "می\u{200c}خواهم"]
        {
            assert_eq!(cell(&json!({"name": name}), "/name"), name);
        }
        assert_eq!(
            cell(&json!({"name": "a\u{ad}b\u{e0041}\u{2028}"}), "/name"),
            "a\u{fffd}b\u{fffd}\u{fffd}"
        );
        assert_eq!((cell(&row, "/none"), cell(&row, "/missing")), ("-".to_owned(), "-".to_owned()));
    }
}
