//! Checks of arguments that several operations share.

use entity::UserId;

use crate::address::{Email, Phone, Redirect, RejectedUrl};
use crate::app::App;
use crate::client::Client;
use crate::config::project;
use crate::crypto::password::Password;
use crate::error::{Error, Result};

/// The longest name, in characters.
const MAX_NAME: usize = 128;
/// The longest id, in characters.
const MAX_ID: usize = 36;

/// Checks an id that a client has chosen: 1 to 36 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.
pub(crate) fn id(argument: &'static str, text: &str) -> Result<UserId> {
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

/// An optional text. An empty one counts as left out.
pub(crate) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The id for a new user: the one that the client has chosen, or a generated one for `unique()`.
pub(crate) fn chosen_id(app: &App, text: &str) -> Result<UserId> {
    match text {
        "unique()" => Ok(UserId::new(app.random.id(app.clock.now()))),
        text => id("userId", text).map_err(|_| {
            Error::argument(
                "userId",
                "must be `unique()`, or 1 to 36 of the characters a-z, A-Z, 0-9, period, hyphen and underscore, and begin \
                 with a letter or digit.",
            )
        }),
    }
}

/// Checks a URL that a mail links to or a browser is redirected to: it must be on one of the project's
/// platforms.
pub(super) fn redirect(client: &Client, argument: &'static str, text: &str) -> Result<Redirect> {
    use RejectedUrl as Rejected;

    Redirect::parse(text, &client.project.platforms).map_err(|rejected| {
        let problem = rejected.to_string();
        match rejected {
            Rejected::Unlisted(platform) => {
                Error::GeneralUrlUnlisted { argument, problem, platform }
            }
            Rejected::TooLong
            | Rejected::Characters
            | Rejected::Incomplete
            | Rejected::Scheme
            | Rejected::Host
            | Rejected::Port
            | Rejected::UserName => Error::argument(argument, problem),
        }
    })
}

/// Checks a name: 1 to 128 characters, no control characters.
pub(crate) fn name(text: String) -> Result<String> {
    if text.is_empty() {
        return Err(Error::argument("name", "must have 1 to 128 characters."));
    }
    if text.chars().count() > MAX_NAME {
        return Err(Error::argument("name", "must have at most 128 characters."));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::argument("name", "must not contain control characters."));
    }
    Ok(text)
}

/// Parses an e-mail address.
pub(crate) fn email(text: &str) -> Result<Email> {
    Email::parse(text).ok_or_else(|| Error::argument("email", "must be a valid e-mail address."))
}

/// Parses a phone number with its country code, which came as `argument`.
pub(crate) fn phone(argument: &'static str, text: &str) -> Result<Phone> {
    Phone::parse(text).ok_or_else(|| {
        Error::argument(
            argument,
            "must be a valid number with a leading `+` and country code, without blanks or \
             punctuation, such as +12065550100.",
        )
    })
}

/// Checks a new password against the project's rules.
pub(crate) fn new_password(text: &str, rules: &project::Password) -> Result<Password> {
    Password::parse(text, rules)
        .map_err(|rejection| Error::argument("password", rejection.to_string()))
}

/// Reads the password of a sign-in. An empty or too long one can't be right, and is refused.
pub(super) fn presented_password(argument: &'static str, text: &str) -> Result<Password> {
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
