//! Splits a document into tokens with positions.

use async_graphql::{Pos, Positioned};

use super::refuse;
use crate::graphql::document::DocumentError;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// The end of the text.
    End,
    /// A punctuation mark of one character.
    Mark(char),
    /// `...`
    Spread,
    /// A name or a keyword.
    Name(&'a str),
    /// A number, whole or not.
    Number(&'a str),
    /// The contents of a string.
    String(&'a str),
    /// The contents of a block string.
    Block(&'a str),
}

impl Token<'_> {
    /// Describes a token in errors, without names and values.
    pub(super) fn describe(self) -> String {
        match self {
            Self::End => "the end of the document".to_owned(),
            Self::Mark(mark) => format!("`{mark}`"),
            Self::Spread => "`...`".to_owned(),
            Self::Name(_) => "a name".to_owned(),
            Self::Number(_) => "a number".to_owned(),
            Self::String(_) | Self::Block(_) => "a string".to_owned(),
        }
    }
}

/// Reads tokens.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    rest: &'a str,
    pos: Pos,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, pos: Pos { line: 1, column: 1 } }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Positioned<Token<'a>>, DocumentError> {
        self.skip_ignored();
        let pos = self.pos;
        Ok(Positioned::new(self.token()?, pos))
    }

    /// Skips space, commas, comments and byte order marks.
    fn skip_ignored(&mut self) {
        loop {
            let tail = self.rest.trim_start_matches([' ', '\t', '\n', '\r', ',', '\u{feff}']);
            let tail =
                if tail.starts_with('#') { tail.trim_start_matches(is_in_line) } else { tail };
            if tail.len() == self.rest.len() {
                return;
            }
            self.take_until(tail);
        }
    }

    fn token(&mut self) -> Result<Token<'a>, DocumentError> {
        let text = self.rest;
        let Some(first) = text.chars().next() else { return Ok(Token::End) };
        match first {
            '!' | '$' | '&' | '(' | ')' | ':' | '=' | '@' | '[' | ']' | '{' | '|' | '}' => {
                self.take_until(text.get(1..).unwrap_or_default());
                Ok(Token::Mark(first))
            }
            '.' => {
                let tail = text.strip_prefix("...");
                let tail = tail.ok_or_else(|| refuse(self.pos, "a dot stands alone"))?;
                self.take_until(tail);
                Ok(Token::Spread)
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let tail = text.trim_start_matches(is_in_name);
                Ok(Token::Name(self.take_until(tail)))
            }
            '-' | '0'..='9' => self.number(),
            '"' => self.string(),
            _ => Err(refuse(self.pos, "this character can't stand here")),
        }
    }

    fn number(&mut self) -> Result<Token<'a>, DocumentError> {
        let text = self.rest;
        let whole = text.strip_prefix('-').unwrap_or(text);
        let mut tail = after_digits(whole);
        let has_digits = |before: &str, after: &str| before.len() > after.len();
        let mut is_sound = has_digits(whole, tail)
            && !whole.strip_prefix('0').is_some_and(|rest| has_digits(rest, after_digits(rest)));
        if let Some(fraction) = tail.strip_prefix('.') {
            tail = after_digits(fraction);
            is_sound &= has_digits(fraction, tail);
        }
        if let Some(exponent) = tail.strip_prefix(['e', 'E']) {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            tail = after_digits(digits);
            is_sound &= has_digits(digits, tail);
        }
        if !is_sound || tail.starts_with('.') || tail.starts_with(is_in_name) {
            return Err(refuse(self.pos, "a number is malformed"));
        }
        Ok(Token::Number(self.take_until(tail)))
    }

    fn string(&mut self) -> Result<Token<'a>, DocumentError> {
        let text = self.rest;
        if let Some(body) = text.strip_prefix("\"\"\"") {
            let end = end_of_block(body);
            let end = end.ok_or_else(|| refuse(self.pos, "a block string does not end"))?;
            let (content, tail) = body.split_at_checked(end).unwrap_or_default();
            self.take_until(tail.strip_prefix("\"\"\"").unwrap_or_default());
            return Ok(Token::Block(content));
        }
        let body = text.strip_prefix('"').unwrap_or_default();
        let end = end_of_string(body);
        let end = end.ok_or_else(|| refuse(self.pos, "a string does not end on its line"))?;
        let (content, tail) = body.split_at_checked(end).unwrap_or_default();
        self.take_until(tail.strip_prefix('"').unwrap_or_default());
        Ok(Token::String(content))
    }

    /// Consumes everything before `tail`.
    fn take_until(&mut self, tail: &'a str) -> &'a str {
        let length = self.rest.len().saturating_sub(tail.len());
        let taken = self.rest.get(..length).unwrap_or_default();
        self.rest = tail;
        let mut characters = taken.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\r' if characters.peek() == Some(&'\n') => {}
                '\n' | '\r' => {
                    self.pos = Pos { line: self.pos.line.saturating_add(1), column: 1 };
                }
                _ => self.pos.column = self.pos.column.saturating_add(1),
            }
        }
        taken
    }
}

fn is_in_line(character: char) -> bool {
    !matches!(character, '\n' | '\r')
}

fn is_in_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn after_digits(text: &str) -> &str {
    text.trim_start_matches(|character: char| character.is_ascii_digit())
}

/// Finds the end of a string whose first quote was read.
fn end_of_string(body: &str) -> Option<usize> {
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some(at),
            '\n' | '\r' => return None,
            '\\' => {
                characters.next().filter(|(_, escaped)| is_in_line(*escaped))?;
            }
            _ => {}
        }
    }
    None
}

/// Finds the end of a block string whose opening quotes were read.
fn end_of_block(body: &str) -> Option<usize> {
    let mut quotes = body.match_indices("\"\"\"");
    quotes
        .find(|(at, _)| !body.get(..*at).is_some_and(|before| before.ends_with('\\')))
        .map(|(at, _)| at)
}
