//! Phone numbers.

use std::fmt;

use phonenumber::Mode;
use unicode_normalization::UnicodeNormalization;

use crate::text::trim;

/// A phone number in E.164 form: `+`, country code, number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Parses a number: `+`, a known country code, and digits that are valid there, without a national
    /// prefix: two spellings of a number would otherwise be two users. White space and punctuation around it
    /// are ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let text = trim(text);
        let digits = text.strip_prefix('+')?;
        let wellformed = (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !wellformed {
            return None;
        }
        let number = phonenumber::parse(None, text).ok()?;
        let is_plain = number.format().mode(Mode::E164).to_string() == text;
        (number.is_valid() && is_plain).then(|| Self(text.to_owned()))
    }

    /// Its country code, for example 49.
    pub fn country_code(&self) -> u16 {
        // It was parsed when the number was created.
        phonenumber::parse(None, &self.0).map_or(0, |number| number.code().value())
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of a number for rate limits: its digits, the same for every spelling, and defined for any text.
pub fn phone_key(text: &str) -> String {
    let digits: String = text.nfkc().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    format!("+{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_country_code_are_read() {
        for number in ["+12065550100", "+16175551212", "+493012345678", "+81312345678"] {
            assert_eq!(Phone::parse(number).map(|phone| phone.0).as_deref(), Some(number));
        }
    }

    /// N-33: what is no number.
    #[test]
    fn malformed_numbers_are_refused() {
        for text in [
            "",
            "12065550100",
            "+",
            "+1",
            "+02065550100",
            "+12345678901234567",
            "+1206abc",
            "+1 206 555 0100",
            "+999123456789",
            "+1206555010",
            "+4903012345678",
            "+33012345678",
            "+44020 71234567",
            "+１2065550100",
        ] {
            assert!(Phone::parse(text).is_none(), "{text}");
        }
    }

    /// C-35: what phones, clipboards and address books put around a number doesn't count.
    #[test]
    fn spaces_around_a_number_do_not_count() {
        for text in [
            " +12065550100",
            "+12065550100 ",
            "+12065550100\r\n",
            "\u{a0}+12065550100\u{a0}",
            "\u{202a}+12065550100\u{202c}",
            "\u{2066}+12065550100\u{2069}",
        ] {
            assert_eq!(
                Phone::parse(text).as_ref().map(Phone::as_str),
                Some("+12065550100"),
                "{text:?}"
            );
            assert_eq!(phone_key(text), "+12065550100", "{text:?}");
        }
        assert!(Phone::parse("+1206\u{200b}5550100").is_none());
    }

    /// RL-5: twelve spellings of one number, one key.
    #[test]
    fn spellings_of_a_number_have_one_key() {
        for text in [
            "+12065550100",
            "+1 206 555 0100",
            "+1-206-555-0100",
            "+1 (206) 555-0100",
            "+1.206.555.0100",
            "0012065550100",
            "12065550100",
            " +12065550100 ",
            "+１２０６５５５０１００",
            "＋12065550100",
            "+1\u{a0}206\u{a0}555\u{a0}0100",
            "tel:+12065550100",
        ] {
            assert_eq!(phone_key(text), "+12065550100", "{text}");
        }
    }
}
