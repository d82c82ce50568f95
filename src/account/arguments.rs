//! The rules of arguments that several operations take.

use entity::UserId;

use crate::address::{Email, Phone, Redirect};
use crate::app::App;
use crate::client::Client;
use crate::crypto::password::Password;
use crate::error::{Error, Result};

/// The longest name, in characters.
const MAX_NAME: usize = 128;
/// The longest id, in characters.
const MAX_ID: usize = 36;

/// An id as clients may choose it: 1 to 36 of `A-Z a-z 0-9 . _ -`, the first one a letter or digit.
pub(super) fn id(argument: &'static str, text: &str) -> Result<UserId> {
    let wellformed = text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.len() <= MAX_ID
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if !wellformed {
        return Err(Error::argument(
            argument,
            "must be 1 to 36 of the characters a-z, A-Z, 0-9, period, hyphen and underscore, and \
             begin with a letter or digit.",
        ));
    }
    Ok(UserId::new(text))
}

/// An id that a client chooses for a new user; `unique()` for a generated one.
pub(super) fn chosen_id(app: &App, text: &str) -> Result<UserId> {
    match text {
        "unique()" => Ok(UserId::new(app.random.id(app.clock.now()))),
        text => id("userId", text),
    }
}

/// A URL of the project's own apps, for a mail or a browser to lead to.
pub(super) fn redirect(client: &Client, argument: &'static str, text: &str) -> Result<Redirect> {
    Redirect::parse(text, &client.project.platforms).ok_or_else(|| {
        Error::argument(
            argument,
            "must be a URL whose host, or whose app's scheme, is one of the project's platforms.",
        )
    })
}

/// A name of 1 to 128 characters, none of them a control character.
pub(super) fn name(text: String) -> Result<String> {
    if text.is_empty() || text.chars().count() > MAX_NAME {
        return Err(Error::argument("name", "must have 1 to 128 characters."));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::argument("name", "must not contain control characters."));
    }
    Ok(text)
}

/// An e-mail address.
pub(super) fn email(text: &str) -> Result<Email> {
    Email::parse(text).ok_or_else(|| Error::argument("email", "must be a valid e-mail address."))
}

/// A phone number with its country code.
pub(super) fn phone(text: &str) -> Result<Phone> {
    Phone::parse(text).ok_or_else(|| {
        Error::argument("phone", "must be a valid number with a leading `+` and country code.")
    })
}

/// A password that a user wants to have from now on.
pub(super) fn new_password(text: &str, dictionary: bool) -> Result<Password> {
    Password::parse(text, dictionary)
        .map_err(|refusal| Error::argument("password", refusal.to_string()))
}

/// A password that a user shows; an empty or too long one can't be anybody's.
pub(super) fn shown_password(argument: &'static str, text: &str) -> Result<Password> {
    Password::presented(text)
        .filter(|_| !text.is_empty())
        .ok_or_else(|| Error::argument(argument, "must have 1 to 256 bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_the_reference_alphabet() {
        for good in ["a", "5df5acd0d48c2", "A.b_c-9", &"x".repeat(36)] {
            assert!(id("userId", good).is_ok(), "{good}");
        }
        for bad in ["", ".a", "_a", "-a", "$a", "a b", "é", "../x", &"x".repeat(37)] {
            assert!(id("userId", bad).is_err(), "{bad}");
        }
    }

    /// N-22, N-23: 128 characters of any script, no control characters.
    #[test]
    fn names_are_counted_in_characters() {
        assert!(name("é".repeat(128)).is_ok());
        assert!(name("é".repeat(129)).is_err());
        assert!(name(String::new()).is_err());
        assert!(name("a\r\nBcc: x@y.z".to_owned()).is_err());
        assert!(name("a\u{0}b".to_owned()).is_err());
    }
}
