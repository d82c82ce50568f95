//! Decodes string literals: escapes, and the lines of block strings.

use async_graphql::Pos;

use super::refuse;
use crate::graphql::document::DocumentError;

const MALFORMED: &str =
    "a string has an escape that is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX \\u{XXXXXX}";
const HALF: &str = "a string has half a surrogate pair: write both halves, as \\uD83D\\uDE00, or the character itself, as \\u{1F600}";

/// The value of a string that begins at `pos`.
pub(super) fn value(raw: &str, pos: Pos) -> Result<String, DocumentError> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, escape)) = rest.split_once('\\') {
        value.push_str(before);
        let (character, tail) = unescape(escape).map_err(|problem| {
            // A string is on one line: the quote, what was read, the backslash.
            let read = raw.len().saturating_sub(escape.len());
            let read = raw.get(..read).unwrap_or_default().chars().count();
            refuse(Pos { line: pos.line, column: pos.column.saturating_add(read) }, problem)
        })?;
        value.push(character);
        rest = tail;
    }
    value.push_str(rest);
    Ok(value)
}

/// The character of an escape, and the rest. `escape` begins after the backslash.
fn unescape(escape: &str) -> Result<(char, &str), &'static str> {
    let mut characters = escape.chars();
    let character = match characters.next() {
        Some(same @ ('"' | '\\' | '/')) => same,
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode(characters.as_str()),
        _ => return Err(MALFORMED),
    };
    Ok((character, characters.as_str()))
}

/// `{1F600}`, `00e9`, or `d83d\ude00`, which is one character.
fn unicode(escape: &str) -> Result<(char, &str), &'static str> {
    if let Some(braced) = escape.strip_prefix('{') {
        let (digits, tail) = braced.split_once('}').ok_or(MALFORMED)?;
        return Ok((character(hexadecimal(digits)?)?, tail));
    }
    let (first, tail) = four_digits(escape)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Ok((character(first)?, tail));
    }
    let second = tail.strip_prefix("\\u").and_then(|second| four_digits(second).ok());
    let (second, tail) = second.filter(|(code, _)| (0xDC00..0xE000).contains(code)).ok_or(HALF)?;
    let high = first.saturating_sub(0xD800).saturating_mul(0x400);
    let code = high.saturating_add(second.saturating_sub(0xDC00)).saturating_add(0x1_0000);
    Ok((character(code)?, tail))
}

fn four_digits(escape: &str) -> Result<(u32, &str), &'static str> {
    let (digits, tail) = escape.split_at_checked(4).ok_or(MALFORMED)?;
    Ok((hexadecimal(digits)?, tail))
}

fn hexadecimal(digits: &str) -> Result<u32, &'static str> {
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal).ok_or(MALFORMED)
}

fn character(code: u32) -> Result<char, &'static str> {
    char::from_u32(code).ok_or(if (0xD800..0xE000).contains(&code) { HALF } else { MALFORMED })
}

/// The value of a block string: without common indentation, and without blank lines at its ends.
pub(super) fn block(raw: &str) -> String {
    let raw = raw.replace("\\\"\"\"", "\"\"\"").replace("\r\n", "\n");
    let lines: Vec<&str> = raw.split(['\n', '\r']).collect();
    let indents = lines.iter().skip(1).filter(|line| !is_blank(line)).map(|line| indent(line));
    let shared = indents.min().unwrap_or(0);
    let dedented = lines.iter().enumerate().map(|(number, line)| match number {
        0 => *line,
        _ => line.get(shared..).unwrap_or_default(),
    });
    let first = lines.iter().position(|line| !is_blank(line)).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !is_blank(line));
    let kept = dedented.take(last.map_or(0, |last| last.saturating_add(1))).skip(first);
    kept.collect::<Vec<_>>().join("\n")
}

fn indent(line: &str) -> usize {
    line.len().saturating_sub(line.trim_start_matches([' ', '\t']).len())
}

fn is_blank(line: &str) -> bool {
    indent(line) == line.len()
}
