//! Text from bytes, and without invisible characters.

use std::borrow::Cow;

/// The text of bytes. Those that aren't UTF-8 become replacement characters.
///
/// The standard library's function looks at ASCII, which nearly all headers are, byte by byte.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Trims white space and invisible marks, which keyboards and address books add.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

/// Whether a character is white space or has no width: marks of direction, joining and byte order.
pub(crate) fn is_invisible(c: char) -> bool {
    let is_mark = matches!(
        c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    );
    c.is_whitespace() || is_mark
}
