//! One pass over the characters of a document: how long it is, how many tokens, and how deep the brackets nest.
//!
//! What passes is safe to hand to a parser that recurses.

use super::{DocumentError, DocumentErrorKind};
use crate::config::DocumentLimits;

/// Refuses a text that is longer, has more tokens or nests deeper than allowed, and answers its tokens. Whether it is GraphQL
/// is for the parser to say.
///
/// What stands in strings doesn't count as length: a value may be as long as in a variable, where the body is the limit.
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
            // A comment counts: the parser takes more time for it than for a name.
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
                // An alias is repeated in every item of a list.
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

/// Names and whole numbers. What else stands outside strings counts byte by byte.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip_while(bytes: &[u8], skipped: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|byte| !skipped(*byte)).unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

/// What follows a string whose first quote was read. An unfinished one ends with its line: brackets behind it count.
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

/// What follows a block string whose three quotes were read.
///
/// An unfinished one ends here: the parser would take it for an empty string, and the brackets behind it for brackets.
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
