//! Checks URLs that get secrets.

use std::net::IpAddr;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

/// The error for a `public_url` that is not [`is_public`].
pub(super) const REFUSAL: &str =
    "public_url: not https with a host (or http with a loopback host) and nothing behind the path";
/// The error for a missing one.
pub(super) const MISSING: &str = "public_url is missing: set it to where clients reach the server, such as https://accounts.example.com";

/// Reads an existing URL.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(input)?;
    Url::parse(&text).map(Some).map_err(|error| D::Error::custom(format!("not a URL: {error}")))
}

/// Whether `url` can be the base of all URLs of the server.
pub(super) fn is_public(url: &Url) -> bool {
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    is_safe(url) && is_plain
}

/// Whether calls of `url` are encrypted or stay on this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether the host of `url` is an IP address.
pub(crate) fn is_at(url: &Url, ip: IpAddr) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.parse() == Ok(ip),
        Some(Host::Ipv4(named)) => named == ip,
        Some(Host::Ipv6(named)) => named == ip,
        None => false,
    }
}

/// Whether `url` is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // For schemes that browsers don't know, an address is parsed as a name.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
