//! Search: each word of the text must be the beginning of a word of the user.
//!
//! The words of a user are rows of `user_words`, which triggers write (the migrations `search_users` and `pair_words`).

use sea_orm::ConnectionTrait;

use self::keys::{keys_of_one, keys_of_two, keys_of_unpaired};
use crate::address::Email;
use crate::error::{Error, Result};
use crate::query::{Candidate, Condition, Conditions, Scope};

mod condition;
mod keys;

pub(super) use self::keys::label;

/// The longest text to search for, in characters.
const MAX_LENGTH: usize = 256;
/// The most words of a search.
pub(super) const MAX_WORDS: usize = 16;
/// The most users without pairs who are looked at in a search for several words.
const MAX_UNPAIRED: u64 = 200;
/// Of so many words, each two are looked for together.
const MAX_IN_PAIRS: usize = 5;
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
    // An address is stored with its domain in ASCII.
    let address = Some(word).filter(|word| !word.is_ascii()).and_then(Email::parse);
    let mut spellings = Vec::new();
    let all = [lower.clone(), title, title_of_parts, upper, word.to_owned()];
    for spelling in all.into_iter().chain(address.map(|address| address.to_string())) {
        let spelling = spelling.to_ascii_lowercase();
        if !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings
}

/// Which users of a project are in pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paired {
    All,
    /// The others are so few that they can be looked at in each search.
    NearlyAll,
    TooFew,
}

/// The conditions that a user has all words. Each word has keys, and if users are in pairs, each two words have.
pub(super) fn conditions(words: &[Word], scope: Scope<'_>, paired: Paired) -> Conditions {
    let words = without_implied(words);
    // Ids count only if there is one word beside labels.
    let with_ids = words.iter().filter(|word| !word.is_label()).count() == 1;
    let mut conditions = Conditions::default();
    let expression = |word: &Word| word.condition(scope, with_ids);
    let condition = |word: &&Word| {
        let expression = expression(word);
        Condition { expression, is_ordered: false, is_covered: false }
    };
    let places: Vec<_> = words.iter().map(|word| conditions.add(condition(word))).collect();
    for (word, place) in words.iter().zip(&places) {
        // A word alone may be an id.
        let is_exact = with_ids || word.is_label();
        let meets = if is_exact { vec![*place] } else { Vec::new() };
        let candidate = |keys| Candidate { keys, meets, is_combined: false };
        conditions.candidates.extend(keys_of_one(word, scope).map(candidate));
    }
    let most = match paired {
        Paired::All | Paired::NearlyAll => MAX_IN_PAIRS,
        Paired::TooFew => 0,
    };
    let in_pairs: Vec<_> = words.iter().zip(places).take(most).collect();
    for (index, (one, place)) in in_pairs.iter().enumerate() {
        for (other, other_place) in in_pairs.iter().skip(index.saturating_add(1)) {
            // Ids are in pairs with labels.
            let is_exact = with_ids || one.is_label() == other.is_label();
            let meets = if is_exact { vec![*place, *other_place] } else { Vec::new() };
            let candidate = |keys| Candidate { keys, meets, is_combined: true };
            let of_unpaired = match paired {
                Paired::All | Paired::TooFew => None,
                Paired::NearlyAll => Some([one, other].map(|word| expression(word))),
            };
            let keys = keys_of_two(one, other, scope, of_unpaired);
            conditions.candidates.extend(keys.map(candidate));
        }
    }
    conditions
}

/// Counts the users of a project who aren't in pairs.
pub(super) async fn paired(db: &impl ConnectionTrait, scope: Scope<'_>) -> Result<Paired> {
    let others = keys_of_unpaired(scope).count(db, MAX_UNPAIRED + 1).await?;
    Ok(match others {
        0 => Paired::All,
        1..=MAX_UNPAIRED => Paired::NearlyAll,
        _ => Paired::TooFew,
    })
}

/// The words without those that are the beginning of others.
fn without_implied(words: &[Word]) -> Vec<&Word> {
    let is_implied =
        |word: &Word| words.iter().any(|other| word != other && word.is_beginning_of(other));
    let mut words: Vec<_> = words.iter().filter(|word| !is_implied(word)).collect();
    // Labels are checked sooner than words.
    words.sort_by_key(|word| !word.is_label());
    words
}

impl Word {
    fn is_label(&self) -> bool {
        match self {
            Self::Label(_) => true,
            Self::Beginning(_) => false,
        }
    }

    /// Whether whoever has the other word has this one.
    fn is_beginning_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Beginning(starts), Self::Beginning(others)) => others
                .iter()
                .all(|other| starts.iter().any(|start| other.starts_with(start.as_str()))),
            (Self::Label(_), _) | (_, Self::Label(_)) => false,
        }
    }
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
        let address = words("jo@münchen.de").unwrap();
        let [Word::Beginning(spellings)] = address.as_slice() else { panic!() };
        assert!(spellings.contains(&"jo@xn--mnchen-3ya.de".to_owned()), "{spellings:?}");
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
