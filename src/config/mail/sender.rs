//! The sender of mails.

use lettre::Address;
use serde::Deserialize;

use crate::address::domain_to_ascii;
use crate::text::trim;

/// A sender: `accounts@example.com`, or `Accounts <accounts@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Sender {
    /// The display name; the project's if there is none.
    pub name: Option<String>,
    /// The address, in ASCII.
    pub address: Address,
}

impl TryFrom<String> for Sender {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = trim(&text);
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => (display_name(trim(name))?, trim(address)),
            None => (None, text),
        };
        Ok(Self { name, address: parse_address(address)? })
    }
}

/// Parses the display name, with or without quotation marks.
fn display_name(text: &str) -> Result<Option<String>, &'static str> {
    if text.contains(char::is_control) {
        return Err("its name has a line break or another control character");
    }
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let name = match quoted {
        Some(quoted) => unquoted(quoted).ok_or("the quotation marks of its name don't fit")?,
        None if text.contains(['<', '>']) => return Err("more than one address"),
        None => text.to_owned(),
    };
    let name = trim(&name);
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

/// Removes quotation marks and backslashes.
fn unquoted(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        name.push(match c {
            '"' => return None,
            '\\' => characters.next()?,
            c => c,
        });
    }
    Some(name)
}

/// Parses an address. Its domain may be in any script; mail servers get it in ASCII.
fn parse_address(text: &str) -> Result<Address, &'static str> {
    const REFUSAL: &str = "not an email address";
    let (local, domain) = text.rsplit_once('@').ok_or(REFUSAL)?;
    if !local.is_ascii() {
        return Err("what stands before the @ is not ASCII, which many mail servers refuse");
    }
    let is_literal = domain.starts_with('[');
    let domain = if is_literal { Some(domain.to_owned()) } else { domain_to_ascii(domain) };
    let domain = domain.ok_or(REFUSAL)?;
    if text.contains(char::is_control) || domain.is_empty() {
        return Err(REFUSAL);
    }
    Address::new(local, domain).map_err(|_| REFUSAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(String, String), &'static str> {
        let sender = Sender::try_from(text.to_owned())?;
        Ok((sender.name.unwrap_or_default(), sender.address.to_string()))
    }

    /// C-32: with a name and without, in quotation marks or not.
    #[test]
    fn a_sender_may_have_a_name() {
        for (text, name, address) in [
            ("no-reply@example.com", "", "no-reply@example.com"),
            (" no-reply@example.com\n", "", "no-reply@example.com"),
            ("<no-reply@example.com>", "", "no-reply@example.com"),
            ("Accounts <no-reply@example.com>", "Accounts", "no-reply@example.com"),
            ("Accounts<no-reply@example.com> ", "Accounts", "no-reply@example.com"),
            ("\"\" <no-reply@example.com>", "", "no-reply@example.com"),
            ("\"Example, Inc.\" <a@example.com>", "Example, Inc.", "a@example.com"),
            ("Example, Inc. <a@example.com>", "Example, Inc.", "a@example.com"),
            (
                r#""The \"best\" \\ <shop>" <a@example.com>"#,
                r#"The "best" \ <shop>"#,
                "a@example.com",
            ),
            (r#"The "best" shop <a@example.com>"#, r#"The "best" shop"#, "a@example.com"),
            ("a@example.com <a@example.com>", "a@example.com", "a@example.com"),
            ("Bücher & Kaffee <a@example.com>", "Bücher & Kaffee", "a@example.com"),
            ("会計 <a@example.com>", "会計", "a@example.com"),
            ("Accounts <Accounts@Example.COM>", "Accounts", "Accounts@example.com"),
            ("accountd@localhost", "", "accountd@localhost"),
        ] {
            assert_eq!(parse(text), Ok((name.to_owned(), address.to_owned())), "{text}");
        }
    }

    /// C-33: a domain in any script is sent in ASCII.
    #[test]
    fn an_international_domain_is_ascii() {
        for domain in
            ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "bücher。example"]
        {
            let address = format!("accounts@{domain}");
            let expected = "accounts@xn--bcher-kva.example".to_owned();
            assert_eq!(parse(&address), Ok((String::new(), expected.clone())), "{domain}");
            assert_eq!(
                parse(&format!("Ü <{address}>")),
                Ok(("Ü".to_owned(), expected)),
                "{domain}"
            );
        }
    }

    /// C-32, C-33: what can't stand in a mail is refused, with the reason.
    #[test]
    fn other_senders_are_refused() {
        for text in [
            "",
            "nobody",
            "Accounts",
            "Accounts <>",
            "Accounts <nobody>",
            "Accounts <a@example.com",
            "Accounts a@example.com>",
            "a@example.com, b@example.com",
            "a@",
            "@example.com",
            "a b@example.com",
            "a@exa mple.com",
            "a@example..com",
            "a\r\nBcc: b@example.com",
            "<a@example.com\r\nBcc: b@example.com>",
        ] {
            assert_eq!(parse(text), Err("not an email address"), "{text}");
        }
        for (text, reason) in [
            ("A <a@example.com>, B <b@example.com>", "more than one address"),
            ("A\r\nBcc: eve@evil.test <a@example.com>", "control character"),
            ("\"A\nB\" <a@example.com>", "control character"),
            ("\"A\" B\" <a@example.com>", "quotation marks"),
            ("\"A\\\" <a@example.com>", "quotation marks"),
            ("bücher@example.com", "not ASCII"),
            ("Bücher <bücher@example.com>", "not ASCII"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
