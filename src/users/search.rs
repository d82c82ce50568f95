//! Search: each word of the text must be the beginning of a word of the user.
//!
//! The words of a user are rows of `user_words`, which triggers write (the migration `search_users`).

use entity::user_word;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DbBackend};

use super::list::label;
use crate::error::{Error, Result};
use crate::query;
use crate::query::{Conjunct, Keys, Scope};

/// The longest text to search for, in characters.
const MAX_LENGTH: usize = 256;
/// The most words of a search.
const MAX_WORDS: usize = 16;
/// The beginning of a word that is a label.
const LABEL: &str = "label:";

/// Characters that separate the words of a name, beside blanks. The migration has the same.
const AROUND_WORDS: [char; 6] = [',', '(', ')', '"', '\u{a0}', '\u{3000}'];
/// Characters that also separate the parts of a word. The migration has the same.
const IN_WORDS: [char; 6] = ['-', '.', '\'', '’', '/', '_'];

/// A word that is searched for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// `label:` and a label.
    Label(String),
    /// The beginning of a word, in the spellings that count as the same.
    Beginning(Vec<String>),
}

/// The words of a text; none if it only has symbols.
pub(super) fn words(text: &str) -> Result<Vec<Word>> {
    if text.is_empty() || text.chars().count() > MAX_LENGTH {
        return Err(Error::argument("search", "must have 1 to 256 characters."));
    }
    let mut words = Vec::new();
    let separates = |c: char| c == ' ' || c.is_control() || AROUND_WORDS.contains(&c);
    for word in text.split(separates) {
        if !word.chars().any(char::is_alphanumeric) {
            continue;
        }
        let word = match word.split_at_checked(LABEL.len()) {
            Some((start, label)) if start.eq_ignore_ascii_case(LABEL) => {
                Word::Label(label.to_owned())
            }
            _ => Word::Beginning(spellings(word)),
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() > MAX_WORDS {
        return Err(Error::argument("search", "must have at most 16 words."));
    }
    Ok(words)
}

/// The spellings of a word in the database, where only A to Z are in lower case: `ödön`, `Ödön`, `ÖDÖN`; `Анна-мария`,
/// `Анна-Мария`; and as it was typed: `МакДональд`.
fn spellings(word: &str) -> Vec<String> {
    let lower = word.to_lowercase();
    let capitalized = |begins: fn(char) -> bool| -> String {
        let before = std::iter::once(' ').chain(lower.chars());
        let characters = before.zip(lower.chars());
        let upper = |(before, c): (char, char)| {
            if begins(before) { c.to_uppercase().collect() } else { String::from(c) }
        };
        characters.map(upper).collect()
    };
    let title = capitalized(|before| before == ' ');
    let title_of_parts = capitalized(|before| before == ' ' || IN_WORDS.contains(&before));
    let upper = word.to_uppercase();
    let mut spellings = Vec::new();
    for spelling in [lower.clone(), title, title_of_parts, upper, word.to_owned()] {
        let spelling = spelling.to_ascii_lowercase();
        if !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings
}

impl Word {
    /// The condition that a user has the word, with the keys of those who have it.
    pub(super) fn conjunct(&self, scope: Scope<'_>) -> Option<Conjunct> {
        let (condition, keys) = match self {
            Self::Label(name) => {
                let (condition, keys) = label(name, scope);
                (condition, Keys::single(keys))
            }
            Self::Beginning(spellings) => {
                let begins = spellings.iter().map(|spelling| begins(spelling, scope));
                let condition = begins.reduce(ExprTrait::or)?;
                let keys = spellings.iter().map(|spelling| {
                    let mut keys = Query::select();
                    keys.expr_as(user_word::Column::ProjectId.into_expr(), "project_id")
                        .expr_as(user_word::Column::UserId.into_expr(), "id")
                        .from(user_word::Entity)
                        .and_where(user_word::Column::ProjectId.eq(scope.project.as_str()))
                        .and_where(user_word::Column::Word.gte(spelling.as_str()));
                    if let Some(end) = query::successor(spelling) {
                        keys.and_where(user_word::Column::Word.lt(end));
                    }
                    // Several words of a user may begin so.
                    Keys::repeated(keys)
                });
                (condition, Keys::union(keys)?)
            }
        };
        Some(Conjunct { condition, keys: Some(keys), is_exact: self.is_exact(), is_ordered: false })
    }
}

impl Word {
    /// Whether all users with such a word meet the condition. Labels are words, too, and a name may look like one.
    fn is_exact(&self) -> bool {
        match self {
            Self::Label(_) => false,
            Self::Beginning(spellings) => {
                !spellings.iter().any(|spelling| LABEL.starts_with(spelling.as_str()))
            }
        }
    }
}

/// The condition that a word of a user, other than a label, begins so.
fn begins(spelling: &str, scope: Scope<'_>) -> Expr {
    let bytes = match scope.backend {
        DbBackend::Postgres => " COLLATE \"C\"",
        _ => "",
    };
    let without = |text: String, separators: &[char]| {
        separators.iter().fold(text, |text, separator| {
            let separator = separator.to_string().replace('\'', "''");
            format!("replace({text}, '{separator}', ' ')")
        })
    };
    let name = without("users.name".to_owned(), &AROUND_WORDS);
    let parts = without(name.clone(), &IN_WORDS);
    let text = |name: &str| {
        Expr::cust(format!(
            "lower((' ' || users.id || ' ' || coalesce(users.email, '') || ' ' || coalesce(users.phone, '') \
             || ' ' || {name}){bytes})"
        ))
    };
    // Most users are ruled out without a look at each separator.
    let may_begin = scope.find(text("users.name"), spelling.to_owned());
    may_begin.and(scope.find(text(&format!("{name} || ' ' || {parts}")), format!(" {spelling}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beginning(spellings: &[&str]) -> Word {
        Word::Beginning(spellings.iter().map(|&spelling| spelling.to_owned()).collect())
    }

    #[test]
    fn words_are_separated_by_blanks() {
        assert_eq!(words("Ada").unwrap(), [beginning(&["ada"])]);
        assert_eq!(words(" ada  LOVE ").unwrap(), [beginning(&["ada"]), beginning(&["love"])]);
        assert_eq!(words("\"ada@example.com\"").unwrap(), [beginning(&["ada@example.com"])]);
        assert_eq!(words("ada & Ada").unwrap(), [beginning(&["ada"])]);
        assert_eq!(words("Label:Vip").unwrap(), [Word::Label("Vip".to_owned())]);
        assert_eq!(words("ödön").unwrap(), [beginning(&["ödön", "Ödön", "ÖdÖn"])]);
        assert_eq!(words("Jean-Luc").unwrap(), [beginning(&["jean-luc"])]);
        let anna = ["анна-мария", "Анна-мария", "Анна-Мария", "АННА-МАРИЯ"];
        assert_eq!(words("анна-мария").unwrap(), [beginning(&anna)]);
        let mac = ["макдональд", "Макдональд", "МАКДОНАЛЬД", "МакДональд"];
        assert_eq!(words("МакДональд").unwrap(), [beginning(&mac)]);
        assert_eq!(words("a\u{2009}b c\u{a0}d").unwrap().len(), 3);
    }

    #[test]
    fn symbols_are_no_words() {
        for text in [">", " ", "+", "\"\"", "@ + - * ( ) < > ~ %"] {
            assert_eq!(words(text).unwrap(), [], "{text}");
        }
    }

    #[test]
    fn a_search_has_bounds() {
        let many = (0..17).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");

        for text in ["", &"x".repeat(257), &many] {
            assert_eq!(words(text).unwrap_err().wire().0, "general_argument_invalid");
        }
        assert!(words(&"é".repeat(256)).is_ok());
    }
}
