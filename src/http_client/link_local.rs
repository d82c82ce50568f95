//! Link-local addresses, at which clouds serve the credentials of their machines.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

/// Metadata services at other addresses.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// Whether an address is link-local, or else that of a metadata service.
pub(crate) fn is_link_local(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    METADATA.contains(&ip)
        || match ip {
            IpAddr::V4(ip) => ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unicast_link_local(),
        }
}

/// A resolver that rejects names with link-local addresses.
#[derive(Debug)]
pub(crate) struct NoLinkLocal;

impl Resolve for NoLinkLocal {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str();
            let addresses: Vec<SocketAddr> = lookup_host((name, 0)).await?.collect();
            if addresses.iter().any(|address| is_link_local(address.ip())) {
                let error =
                    "the host has a link-local address: if it is right, set allow_link_local";
                return Err(io::Error::other(error).into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NW-7: addresses of metadata services are distinguished from those of servers.
    #[test]
    fn metadata_services_are_recognised() {
        for ip in [
            "169.254.169.254",
            "169.254.170.2",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "100.100.100.200",
        ] {
            assert!(is_link_local(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["127.0.0.1", "10.0.0.1", "192.168.1.1", "8.8.8.8", "::1", "fd00::1"] {
            assert!(!is_link_local(ip.parse().unwrap()), "{ip}");
        }
    }

    /// NW-7: a name of a metadata service is not called.
    #[tokio::test]
    async fn names_of_metadata_services_are_rejected() {
        for (name, is_rejected) in [("169.254.169.254", true), ("127.0.0.1", false)] {
            let resolved = NoLinkLocal.resolve(name.parse().unwrap()).await;
            assert_eq!(resolved.is_err(), is_rejected, "{name}");
        }
    }
}
