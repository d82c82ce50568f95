//! Who may sign up in a project.

use std::fmt;

use entity::ProjectId;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::address::Email;
use crate::config::ConfigErrors;

/// Who may become a user of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignUp {
    /// Everyone.
    #[default]
    Open,
    /// No one.
    Closed,
    /// People with an e-mail address of one of these domains.
    Domains(Vec<EmailDomain>),
}

impl SignUp {
    pub(super) fn check(&self, project: &ProjectId, problems: &mut ConfigErrors) {
        let is_empty = matches!(self, Self::Domains(domains) if domains.is_empty());
        problems.when(
            is_empty,
            format!(
                "projects.{project}.sign_up.domains: at least one; use sign_up = \"closed\" to admit no one"
            ),
        );
    }
}

/// Reads `"open"`, `"closed"` or `{ domains = ["…"] }`.
impl<'de> Deserialize<'de> for SignUp {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(SignUpVisitor)
    }
}

struct SignUpVisitor;

impl<'de> Visitor<'de> for SignUpVisitor {
    type Value = SignUp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"open\", \"closed\" or { domains = [\"…\"] }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SignUp, E> {
        match text {
            "open" => Ok(SignUp::Open),
            "closed" => Ok(SignUp::Closed),
            other => Err(E::invalid_value(Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SignUp, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct ByDomain {
            domains: Vec<EmailDomain>,
        }
        let ByDomain { domains } = ByDomain::deserialize(MapAccessDeserializer::new(map))?;
        Ok(SignUp::Domains(domains))
    }
}

/// A domain of e-mail addresses, in the form of [`Email`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum EmailDomain {
    /// `example.com`: this domain alone.
    Exact(String),
    /// `*.example.com`: all subdomains.
    Subdomains(String),
}

impl EmailDomain {
    /// Whether `address`, as it is stored, is of this domain.
    pub fn has(&self, address: &str) -> bool {
        let Some((_, domain)) = address.rsplit_once('@') else { return false };
        match self {
            Self::Exact(name) => domain == name,
            Self::Subdomains(parent) => {
                domain.strip_suffix(parent.as_str()).is_some_and(|rest| rest.ends_with('.'))
            }
        }
    }
}

impl TryFrom<String> for EmailDomain {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // Parsed as the domain of an address.
        let spelled = |domain: &str| {
            let address = Email::parse(&format!("a@{domain}"))?;
            address.as_str().split_once('@').map(|(_, domain)| domain.to_owned())
        };
        let domain = match text.trim().strip_prefix("*.") {
            // The parent domain may be a top-level domain.
            Some(parent) => spelled(&format!("a.{parent}"))
                .and_then(|domain| domain.strip_prefix("a.").map(str::to_owned))
                .map(Self::Subdomains),
            None => spelled(text.trim()).map(Self::Exact),
        };
        domain.ok_or_else(|| {
            format!(
                "`{text}` is no domain of e-mail addresses, such as example.com or *.example.com"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> EmailDomain {
        EmailDomain::try_from(text.to_owned()).unwrap()
    }

    /// Whether the domain `text` has the address that somebody writes as `address`.
    fn has(text: &str, address: &str) -> bool {
        domain(text).has(Email::parse(address).unwrap().as_str())
    }

    #[test]
    fn domains_are_compared_in_the_spelling_of_addresses() {
        for text in ["bücher.example", "BÜCHER.Example", " xn--bcher-kva.example "] {
            assert!(has(text, "ada@bücher.example"), "{text}");
            assert!(has(text, "Ada@XN--BCHER-KVA.example"), "{text}");
            assert!(!has(text, "ada@bucher.example"), "{text}");
        }
        assert!(has("example.com", "ada+x@EXAMPLE.com"));
    }

    #[test]
    fn subdomains_match_only_a_wildcard() {
        for (text, address, expected) in [
            ("example.com", "a@sub.example.com", false),
            ("example.com", "a@badexample.com", false),
            ("example.com", "a@example.com.evil.test", false),
            ("*.example.com", "a@example.com", false),
            ("*.example.com", "a@sub.example.com", true),
            ("*.example.com", "a@deep.sub.example.com", true),
            ("*.example.com", "a@badexample.com", false),
            ("*.bücher.example", "a@x.bücher.example", true),
            ("*.edu", "a@mit.edu", true),
            ("*.edu", "a@mit.edu.evil.test", false),
        ] {
            assert_eq!(has(text, address), expected, "{text} {address}");
        }
        assert!(!domain("example.com").has("+12065550100"));
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for text in [
            "",
            "*",
            "*.",
            "com",
            "@example.com",
            "ada@example.com",
            ".example.com",
            "example.com.",
            "*.*.example.com",
            "mail.*.com",
            "https://example.com",
            "example.com/path",
            "exa mple.com",
            "a.com,b.com",
            "127.0.0.1",
            "localhost",
        ] {
            assert!(EmailDomain::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
