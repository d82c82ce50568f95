//! E-mail addresses.

use std::fmt;

use email_address::{EmailAddress, Options};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use crate::text::trim;

/// The longest address, in characters.
const MAX_LENGTH: usize = 320;

/// An e-mail address in normal form, as stored and compared: lower case, the domain in ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Parses an address. White space and invisible marks around it are ignored.
    ///
    /// The local part must be ASCII, so that it can't look like another address (NW-5). The domain may be in
    /// any script, and must have a dot.
    pub fn parse(text: &str) -> Option<Self> {
        let text = trim(text);
        if is_too_long(text) {
            return None;
        }
        let (local, domain) = text.rsplit_once('@')?;
        if !local.is_ascii() || local.contains('"') {
            return None;
        }
        let domain = domain_to_ascii(domain)?;
        // No top-level domain is a number: this is an IPv4 address.
        if domain.rsplit('.').next()?.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
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

/// A domain in ASCII (UTS 46). Labels may have hyphens anywhere but at their ends: `r3---sn.com` is one.
pub fn domain_to_ascii(domain: &str) -> Option<String> {
    let (denied, hyphens) = (AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let ascii = Uts46::new().to_ascii(domain.as_bytes(), denied, hyphens, DnsLength::Verify);
    Some(ascii.ok()?.into_owned())
}

/// The key of an address for rate limits: the same for every spelling of a mailbox, and defined for any
/// text.
pub fn email_key(text: &str) -> String {
    let text = trim(text);
    // No address is that long. Such texts share one key, so that they cost no time.
    let text = if is_too_long(text) { "" } else { text };
    let (local, domain) = text.rsplit_once(['@', '＠', '﹫']).unwrap_or((text, ""));
    let local = without_spaces(&local.nfkc().collect::<String>().to_lowercase());
    let local = local.strip_prefix('"').and_then(|local| local.strip_suffix('"')).unwrap_or(&local);
    // Only IDNA may fold the domain. Other foldings differ, for example in ς, and a spelling that
    // `Email::parse` accepts would have a key of its own.
    let domain = without_spaces(domain);
    let domain = idna::domain_to_ascii(&domain).unwrap_or(domain);
    format!("{local}@{}", domain.trim_end_matches('.'))
}

fn is_too_long(text: &str) -> bool {
    text.chars().nth(MAX_LENGTH).is_some()
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
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
            ("ada@ab--c.com", "ada@ab--c.com"),
            ("ada@ex--ample.com", "ada@ex--ample.com"),
            ("ada@r3---sn.com", "ada@r3---sn.com"),
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
            "a @example.com",
            "a@ example.com",
            "a@exam\nple.com",
            "a@example.com\0",
            "\u{1b}a@example.com",
            "a@example.com, b@example.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "\"a\"@example.com",
            "Ada <a@example.com>",
            "a@exa_mple.com",
            "a@-ab.com",
            "a@ab-.com",
            "a@xn--.com",
            "a@xn--a.com",
            "a@xn--zz--.com",
            "a\0@example.com",
            &long,
            &format!("{}@example.com", "x".repeat(65)),
        ] {
            assert!(Email::parse(text).is_none(), "{text}");
        }
    }

    /// C-35: what phones, clipboards and address books put around an address doesn't count, for its rate limit either.
    #[test]
    fn spaces_around_an_address_do_not_count() {
        let spaces = [
            " ",
            "  ",
            "\t",
            "\n",
            "\r\n",
            "\u{a0}",
            "\u{2003}",
            "\u{2009}",
            "\u{202f}",
            "\u{3000}",
            "\u{2028}",
            "\u{200b}",
            "\u{200e}",
            "\u{200f}",
            "\u{202a}",
            "\u{202c}",
            "\u{2068}",
            "\u{2069}",
            "\u{feff}",
            " \u{200b}\n",
        ];
        for space in spaces {
            for text in [
                format!("{space}ada@example.com"),
                format!("ada@example.com{space}"),
                format!("{space}Ada@Example.com{space}"),
            ] {
                assert_eq!(
                    Email::parse(&text).as_ref().map(Email::as_str),
                    Some("ada@example.com"),
                    "{text:?}"
                );
                assert_eq!(email_key(&text), "ada@example.com", "{text:?}");
            }
            assert!(Email::parse(&format!("ad{space}a@example.com")).is_none(), "{space:?}");
        }
        let padded = format!("{}ada@example.com", " ".repeat(1_000));
        assert!(Email::parse(&padded).is_some());
        assert_eq!(email_key(&padded), "ada@example.com");
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
        for c in '\u{80}'..=char::MAX {
            assert!(Email::parse(&format!("ad{c}a@example.com")).is_none(), "{c:?}");
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
        assert_eq!(email_key(&"x".repeat(321)), "@");
    }

    /// RL-5: whatever reaches an account is counted like the address that is stored.
    #[test]
    fn an_address_has_the_key_of_its_stored_spelling() {
        let others = ['ß', 'ẞ', 'İ', 'ı', '\u{212a}', 'ﬀ', '。', '\u{ad}', '\u{1df95}'];
        let lookalikes = ('\u{370}'..='\u{3ff}').chain('\u{1d400}'..='\u{1d7ff}').chain(others);
        let mut taken = 0;
        for c in lookalikes {
            for text in [format!("ada@x{c}y.example"), format!("Ada@xy.example{c}")] {
                let Some(email) = Email::parse(&text) else { continue };
                assert_eq!(email_key(&text), email_key(email.as_str()), "{text}");
                taken += 1;
            }
        }
        assert!(taken > 1_000, "{taken}");
    }
}
