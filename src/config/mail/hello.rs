//! The name that the server uses in EHLO.

use std::net::{IpAddr, Ipv6Addr};

use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use url::{Host, Url};

use crate::address::domain_to_ascii;

/// The error for a name that mail servers would reject.
const REFUSAL: &str =
    "neither a full host name such as mail.example.com nor an address such as [203.0.113.7]";

/// The name: a full host name, or an address literal (RFC 5321 4.1.4).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hello(pub ClientId);

impl TryFrom<String> for Hello {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        let id = match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(literal) => address(literal),
            None => full_name(text).map(ClientId::Domain),
        };
        id.map(Self).ok_or(REFUSAL)
    }
}

impl Hello {
    /// The default: the machine's name if it is a full one, or else the host of `public_url`. None if
    /// neither is public.
    pub fn of_machine(machine: &str, public_url: Option<&Url>) -> Option<Self> {
        let by_name = |name: &str| full_name(name).filter(|name| !is_default_name(name));
        let id = by_name(machine).map(ClientId::Domain);
        let id = id.or_else(|| match public_url?.host()? {
            Host::Domain(name) => by_name(name).map(ClientId::Domain),
            Host::Ipv4(ip) => is_public_address(ip.into()).then_some(ClientId::Ipv4(ip)),
            Host::Ipv6(ip) => is_public_address(ip.into()).then_some(ClientId::Ipv6(ip)),
        });
        id.map(Self)
    }

    /// An address of this machine as a literal.
    pub fn of_address(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V4(ip) => ClientId::Ipv4(ip),
            IpAddr::V6(ip) => ClientId::Ipv6(ip),
        })
    }
}

/// Parses the contents of the brackets: `203.0.113.7` or `IPv6:2001:db8::1`.
fn address(literal: &str) -> Option<ClientId> {
    if let Ok(ip) = literal.parse() {
        return Some(ClientId::Ipv4(ip));
    }
    let tagged = literal.split_at_checked(5).filter(|(tag, _)| tag.eq_ignore_ascii_case("IPv6:"));
    let ip: Ipv6Addr = tagged.map_or(literal, |(_, ip)| ip).parse().ok()?;
    Some(ClientId::Ipv6(ip))
}

/// A host name with a dot, in ASCII, if `text` is one.
fn full_name(text: &str) -> Option<String> {
    let name = domain_to_ascii(text.strip_suffix('.').unwrap_or(text))?;
    let (_, last) = name.rsplit_once('.')?;
    // No top-level domain is a number: this is an IPv4 address without brackets.
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    (name.len() <= 253 && !is_number).then_some(name)
}

/// Whether a name is a machine's default name.
fn is_default_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    matches!(last, "localhost" | "localdomain" | "invalid")
}

/// Whether an address isn't loopback or unspecified.
fn is_public_address(ip: IpAddr) -> bool {
    !ip.is_loopback() && !ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<String> {
        Hello::try_from(text.to_owned()).ok().map(|hello| hello.0.to_string())
    }

    /// C-30: the setting is a full host name or an address literal.
    #[test]
    fn a_greeting_is_a_full_name_or_an_address() {
        for (text, expected) in [
            ("mail.example.com", "mail.example.com"),
            ("Mail.Example.com.", "mail.example.com"),
            ("mail.bücher.example", "mail.xn--bcher-kva.example"),
            ("mail.example.com\n", "mail.example.com"),
            ("mail.ex--ample.com", "mail.ex--ample.com"),
            ("[203.0.113.7]", "[203.0.113.7]"),
            ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
            ("[ipv6:2001:DB8::1]", "[IPv6:2001:db8::1]"),
            ("[2001:db8::1]", "[IPv6:2001:db8::1]"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "vm",
            "localhost",
            "4f1c2d3e4f5a",
            ".",
            "vm.",
            ".example.com",
            "mail..example.com",
            "-mail.example.com",
            "my_host.example.com",
            "mail example.com",
            "mail.example.com\r\nMAIL FROM:<a@example.com>",
            "203.0.113.7",
            "2001:db8::1",
            "[203.0.113]",
            "[203.0.113.7",
            "[mail.example.com]",
            "[]",
            &format!("{}.example.com", "x".repeat(64)),
            &format!("{}example.com", "x.".repeat(130)),
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    /// C-30: without a setting, a short name of the machine is never sent.
    #[test]
    fn a_machine_without_a_full_name_goes_by_the_public_url() {
        let greeting = |machine: &str, url: &str| {
            let url = url.parse().ok();
            Hello::of_machine(machine, url.as_ref()).map(|hello| hello.0.to_string())
        };
        let url = "https://accounts.example.com:8443/auth";

        assert_eq!(greeting("mail.example.net", url).as_deref(), Some("mail.example.net"));
        for machine in [
            "vm",
            "4f1c2d3e4f5a",
            "accountd-7d9f8b-x2x",
            "localhost.localdomain",
            "",
            "a b",
            "my_vm.lan",
        ] {
            assert_eq!(
                greeting(machine, url).as_deref(),
                Some("accounts.example.com"),
                "{machine}"
            );
            assert_eq!(greeting(machine, "https://203.0.113.7").as_deref(), Some("[203.0.113.7]"));
            let by_ip = greeting(machine, "https://[2001:db8::1]");
            assert_eq!(by_ip.as_deref(), Some("[IPv6:2001:db8::1]"));
            for url in [
                "http://localhost:8080",
                "http://127.0.0.1",
                "http://[::1]",
                "https://accounts",
                "",
            ] {
                assert_eq!(greeting(machine, url), None, "{machine} {url}");
            }
        }
    }
}
