//! Scans the characters of a document: its length, its number of tokens, and how deep its brackets nest.
//!
//! A document that passes is safe for a recursive parser.

use super::{DocumentError, DocumentErrorKind};
use crate::config::DocumentLimits;

/// Fails if a document exceeds the limits on length, tokens or nesting. Returns the number of tokens. Syntax
/// is left to the parser.
///
/// The contents of strings don't count as length: a value may be as long as in a variable.
pub(super) fn check(text: &str, limits: &DocumentLimits) -> Result<usize, DocumentError> {
    let mut rest = text.as_bytes();
    let mut tokens: usize = 0;
    let mut in_strings: usize = 0;
    let mut depth: usize = 0;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                rest = after;
                continue;
            }
            // A comment counts: it takes the parser longer than a name.
            b'#' => skip_while(after, |byte| byte != b'\n' && byte != b'\r'),
            b'"' => {
                let behind = match after.strip_prefix(b"\"\"") {
                    Some(block) => skip_block(block)?,
                    None => skip_string(after),
                };
                let length = after.len().saturating_sub(behind.len());
                in_strings = in_strings.saturating_add(length);
                behind
            }
            b'.' => after.strip_prefix(b"..").unwrap_or(after),
            b'(' | b'[' | b'{' => {
                depth = depth.saturating_add(1);
                after
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                after
            }
            byte if is_word(byte) => {
                let behind = skip_while(after, is_word);
                // A long alias is repeated for every item of a list.
                if rest.len().saturating_sub(behind.len()) > limits.name_bytes {
                    return Err(DocumentError::limit(
                        "bytes in one name or number",
                        limits.name_bytes,
                    ));
                }
                behind
            }
            _ => after,
        };
        tokens = tokens.saturating_add(1);
        if tokens > limits.tokens {
            return Err(DocumentError::length("tokens", limits.tokens));
        }
        if depth > limits.nesting {
            return Err(DocumentError::limit("nested brackets", limits.nesting));
        }
    }
    if text.len().saturating_sub(in_strings) > limits.document_bytes {
        return Err(DocumentError::length("bytes outside of strings", limits.document_bytes));
    }
    Ok(tokens)
}

/// Names and integers. Other characters outside strings count one by one.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip_while(bytes: &[u8], skipped: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|byte| !skipped(*byte)).unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

/// The rest after a string whose first quote was read. An unfinished string ends with its line: brackets
/// after it count.
fn skip_string(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b'"' | b'\n' | b'\r' => return after,
            b'\\' => after.get(1..).unwrap_or_default(),
            _ => after,
        };
    }
    rest
}

/// The rest after a block string whose opening quotes were read.
///
/// An unfinished one ends here: the parser would read an empty string, and count the brackets after it.
fn skip_block(bytes: &[u8]) -> Result<&[u8], DocumentError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return Ok(after);
        }
        let step = if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 };
        rest = rest.get(step..).unwrap_or_default();
    }
    Err(DocumentError::new(
        DocumentErrorKind::Syntax,
        "Syntax error: a block string does not end.",
        None,
    ))
}
