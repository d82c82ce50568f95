//! E-mail addresses.

use std::fmt;

use email_address::EmailAddress;
use email_address::Options;
use unicode_normalization::UnicodeNormalization;

/// The longest address, in characters.
const LONGEST: usize = 320;

/// An address that can be written to, in the one spelling that is stored and compared: lower case, the domain in ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address as clients send it.
    ///
    /// The local part is plain ASCII, lest a look-alike be taken for another's address (security.md NW-5); the domain
    /// may be written in any script, and has a dot.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > LONGEST {
            return None;
        }
        let (local, domain) = text.rsplit_once('@')?;
        if !local.is_ascii() || local.contains('"') {
            return None;
        }
        let domain = idna::domain_to_ascii_strict(domain).ok()?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        let options =
            Options::default().with_required_tld().without_domain_literal().without_display_text();
        EmailAddress::parse_with_options(&address, options).ok()?;
        Some(Self(address))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a rate limit counts an address by: the same for every spelling of one mailbox, and defined for any text.
pub fn email_key(text: &str) -> String {
    let text: String = text.nfkc().collect::<String>().to_lowercase();
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (local, domain) = text.rsplit_once('@').unwrap_or((&text, ""));
    let local = local.strip_prefix('"').and_then(|local| local.strip_suffix('"')).unwrap_or(local);
    let domain = domain.trim_end_matches('.');
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    format!("{local}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_stored_in_one_spelling() {
        for (text, stored) in [
            ("ada@example.com", "ada@example.com"),
            ("Ada.Lovelace+x@EXAMPLE.com", "ada.lovelace+x@example.com"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ] {
            assert_eq!(Email::parse(text).map(|email| email.0).as_deref(), Some(stored));
        }
    }

    /// N-29: what is no address.
    #[test]
    fn malformed_addresses_are_refused() {
        let long = format!("{}@example.com", "x".repeat(309));
        for text in [
            "",
            "not-an-address",
            "a@",
            "@b.c",
            "a@@b.c",
            "a@b..c",
            "a@b",
            "a@localhost",
            "a b@example.com",
            " a@example.com",
            "a@example.com ",
            "a@example.com\n",
            "a@[127.0.0.1]",
            "\"a\"@example.com",
            "Ada <a@example.com>",
            "a@exa_mple.com",
            "a\0@example.com",
            &long,
            &format!("{}@example.com", "x".repeat(65)),
        ] {
            assert!(Email::parse(text).is_none(), "{text}");
        }
    }

    /// NW-5: look-alikes of a local part are no addresses at all.
    #[test]
    fn look_alikes_reach_nobody() {
        for text in [
            "ada@example.com".replace('@', "＠"),
            "mıke@example.com".to_owned(),
            "\u{212a}ate@example.com".to_owned(),
            "ａda@example.com".to_owned(),
            "a\u{301}da@example.com".to_owned(),
            "аda@example.com".to_owned(),
        ] {
            assert!(Email::parse(&text).is_none(), "{text}");
        }
    }

    /// RL-5: forty spellings of one mailbox, one key.
    #[test]
    fn spellings_of_a_mailbox_have_one_key() {
        let key = email_key("ada@bücher.example");
        let locals = ["ada", "ADA", "aDa", " ada", "ada ", "ａｄａ", "\"ada\"", "\u{2003}Ada"];
        let domains = [
            "bücher.example",
            "BÜCHER.example",
            "xn--bcher-kva.example",
            "bu\u{308}cher.example",
            "bücher.example.",
        ];
        for local in locals {
            for domain in domains {
                assert_eq!(email_key(&format!("{local}@{domain}")), key, "{local}@{domain}");
                assert_eq!(email_key(&format!("{local}＠{domain} ")), key, "{local}@{domain}");
            }
        }
        assert_ne!(email_key("bob@bücher.example"), key);
        assert_eq!(email_key(""), "@");
    }
}
