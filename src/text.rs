//! What people don't see of a text that they have typed or pasted.

/// A text without the white space around it, and without the invisible marks that keyboards and address books put there.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_invisible)
}

/// Whether a character is white space, or a mark without width: of direction, of joining, of byte order.
pub(crate) fn is_invisible(c: char) -> bool {
    let is_mark = matches!(
        c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    );
    c.is_whitespace() || is_mark
}
