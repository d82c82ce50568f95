//! Resolves providers' host names, and rejects private addresses of names that only a provider has given.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::http_client::HttpError;

/// The resolver. Some names must have public addresses only.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolver(Arc<Mutex<HashSet<String>>>);

impl Resolver {
    /// From now on, `name` must have public addresses only.
    pub(super) fn demand_public(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    /// Checks that `name` has public addresses only, if required.
    pub(super) async fn check(&self, name: &str) -> Result<(), HttpError> {
        if !self.has_to_be_public(name) {
            return Ok(());
        }
        let addresses = lookup_host((name, 0)).await;
        let mut addresses =
            addresses.map_err(|error| HttpError::Unresolved(name.to_owned(), error))?;
        if addresses.all(|address| is_public(address.ip())) {
            Ok(())
        } else {
            Err(HttpError::Private(name.to_owned()))
        }
    }

    fn has_to_be_public(&self, name: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        // A proxy's name is resolved here, too; it may be private.
        let has_to_be_public = self.has_to_be_public(name.as_str());
        Box::pin(async move {
            let name = name.as_str();
            let addresses: Vec<SocketAddr> = lookup_host((name, 0)).await?.collect();
            if has_to_be_public && !addresses.iter().all(|address| is_public(address.ip())) {
                return Err(io::Error::other(HttpError::Private(name.to_owned())).into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is public.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.segments() {
            // NAT64: the last four bytes are an address of IPv4.
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                let [[a, b], [c, d]] = [high, low].map(u16::to_be_bytes);
                is_public_v4(Ipv4Addr::new(a, b, c, d))
            }
            // 6to4 and documentation addresses; then the allocated unicast range.
            [0x2002, ..] | [0x2001, 0xdb8, ..] => false,
            [first, ..] => first & 0xe000 == 0x2000,
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let is_reserved = match ip.octets() {
        // "This" network, carrier networks, protocol assignments, benchmarks, multicast, reserved.
        [0 | 224..=255, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => true,
        _ => false,
    };
    !(is_reserved
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_documentation())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NW-7: addresses of a machine or of a private network are distinguished from those of the internet.
    #[test]
    fn private_addresses_are_distinguished_from_public_ones() {
        for ip in ["8.8.8.8", "20.190.128.1", "2001:4860:4860::8888", "64:ff9b::808:808"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2002:a00:1::",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}
