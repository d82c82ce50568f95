//! One pass over the characters of a document: how many tokens, and how deep the brackets nest.
//!
//! What passes is safe to hand to a parser that recurses.

use super::Limits;
use super::Refusal;

/// Refuses a text with more tokens or deeper nesting than allowed. Whether it is GraphQL is for the parser to say.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), Refusal> {
    let mut rest = text.as_bytes();
    let mut tokens: usize = 0;
    let mut depth: usize = 0;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                rest = after;
                continue;
            }
            b'#' => {
                rest = skip_while(after, |byte| byte != b'\n' && byte != b'\r');
                continue;
            }
            b'"' => skip_string(after),
            b'(' | b'[' | b'{' => {
                depth = depth.saturating_add(1);
                after
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                after
            }
            byte if is_word(byte) => skip_while(after, is_word),
            _ => after,
        };
        tokens = tokens.saturating_add(1);
        if tokens > limits.tokens {
            return Err(Refusal::limit("tokens", limits.tokens));
        }
        if depth > limits.nesting {
            return Err(Refusal::limit("nested brackets", limits.nesting));
        }
    }
    Ok(())
}

/// Names and numbers; bytes of other scripts, which only strings may hold, count as such, too.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.') || !byte.is_ascii()
}

fn skip_while(bytes: &[u8], skipped: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|byte| !skipped(*byte)).unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

/// What follows a string whose first quote was read. An unfinished one ends with its line: brackets behind it count.
fn skip_string(bytes: &[u8]) -> &[u8] {
    if let Some(block) = bytes.strip_prefix(b"\"\"") {
        return skip_block(block);
    }
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

fn skip_block(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return after;
        }
        let step = if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 };
        rest = rest.get(step..).unwrap_or_default();
    }
    rest
}
