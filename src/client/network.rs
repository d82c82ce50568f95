//! The IP address of a client, and its networks.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The client's address for a connection from `peer`.
///
/// It is the peer, unless that is a trusted proxy. Then it is the address that the proxy has added to
/// `X-Forwarded-For`, and so on from right to left while the hops are trusted. Values from untrusted hops
/// are never used, and a value that isn't an address ends the walk.
pub fn client_address(peer: IpAddr, forwarded_for: &[&str], trusted: &[IpNet]) -> IpAddr {
    walk(peer, &mut hops(forwarded_for), trusted)
}

/// The visitor's address, if the client at [`client_address`] is a server that may say for whom it calls.
///
/// It is the nearest hop behind the server that isn't trusted: the visitor can have written those behind that. Without one,
/// it is the server's address.
pub fn visitor_address(peer: IpAddr, forwarded_for: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut hops = hops(forwarded_for);
    let server = walk(peer, &mut hops, trusted);
    let mut behind = hops.map_while(parse_hop);
    behind.find(|ip| !is_in(trusted, *ip)).unwrap_or(server)
}

/// The hops of the headers, from right to left.
fn hops<'a>(forwarded_for: &[&'a str]) -> impl Iterator<Item = &'a str> {
    forwarded_for.iter().rev().flat_map(|value| value.rsplit(','))
}

/// Walks from `peer` to the nearest hop that isn't trusted.
fn walk<'a>(peer: IpAddr, hops: &mut impl Iterator<Item = &'a str>, trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    while is_in(trusted, nearest) {
        let Some(ip) = hops.next().and_then(parse_hop) else { break };
        nearest = ip;
    }
    nearest
}

fn is_in(networks: &[IpNet], ip: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&ip))
}

/// Parses an address in a proxy's header, with or without brackets and port. IPv4-mapped addresses become
/// IPv4.
pub fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let ip = bare.parse().or_else(|_| hop.parse().map(|hop: SocketAddr| hop.ip())).ok()?;
    Some(ip.to_canonical())
}

/// The networks of an address for rate limits, each with the factor of its limit.
///
/// An IPv6 customer has at least a /64, with billions of addresses. The owner of a /48 has 65,536 of them,
/// and gets 16 times the limit in total.
pub fn networks(ip: IpAddr) -> Vec<(String, u32)> {
    let ip = match ip.to_canonical() {
        IpAddr::V4(ip) => return vec![(ip.to_string(), 1)],
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let subnet = Ipv6Addr::from_bits(ip & (u128::MAX << 64));
    let site = Ipv6Addr::from_bits(ip & (u128::MAX << 80));
    vec![(format!("{subnet}/64"), 1), (format!("{site}/48"), 16)]
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    const PROXIES: [&str; 2] = ["10.0.0.0/8", "fd00::/8"];

    fn trusted() -> Vec<IpNet> {
        PROXIES.iter().map(|network| network.parse().unwrap()).collect()
    }

    fn address(peer: &str, forwarded_for: &[&str]) -> String {
        client_address(peer.parse().unwrap(), forwarded_for, &trusted()).to_string()
    }

    fn keys(ip: &str) -> Vec<(String, u32)> {
        networks(ip.parse().unwrap())
    }

    /// RL-6: 65,536 addresses of one /64 are one network.
    #[test]
    fn all_addresses_of_a_subnet_count_as_one() {
        for last in 0..=u16::MAX {
            let networks = keys(&format!("2001:db8:1:2:3:4:5:{last:x}"));
            assert_eq!(networks[0], ("2001:db8:1:2::/64".to_owned(), 1));
        }
    }

    /// RL-6: a /48 has 16 times the limit.
    #[test]
    fn a_site_has_sixteen_times_the_limit_of_a_subnet() {
        let site = ("2001:db8:1::/48".to_owned(), 16);
        assert_eq!(keys("2001:db8:1:2::1"), [("2001:db8:1:2::/64".to_owned(), 1), site.clone()]);
        assert_eq!(keys("2001:db8:1:ffff::1"), [("2001:db8:1:ffff::/64".to_owned(), 1), site]);
        assert_ne!(keys("2001:db8:2:2::1")[1], keys("2001:db8:1:2::1")[1]);
    }

    /// RL-6: upper case, zero padding, hex and mapped forms equal the plain address.
    #[test]
    fn an_address_counts_alike_however_it_is_spelled() {
        assert_eq!(keys("203.0.113.9"), [("203.0.113.9".to_owned(), 1)]);
        for mapped in ["::ffff:203.0.113.9", "::FFFF:cb00:7109", "0:0:0:0:0:ffff:cb00:7109"] {
            assert_eq!(keys(mapped), keys("203.0.113.9"));
            assert_eq!(address(mapped, &[]), "203.0.113.9");
            assert_eq!(address("10.0.0.1", &[mapped]), "203.0.113.9");
        }
        for padded in ["2001:DB8::A", "2001:0db8:0000:0000:0000:0000:0000:000a"] {
            assert_eq!(keys(padded), keys("2001:db8::a"));
        }
    }

    /// RL-7: 1,000 forged values from a peer that is no proxy are one client.
    #[test]
    fn a_peer_that_is_no_proxy_cannot_name_another_address() {
        for forged in 0..1000_u32 {
            let forged = Ipv4Addr::from_bits(forged).to_string();
            assert_eq!(address("203.0.113.9", &[&forged, "10.0.0.1"]), "203.0.113.9");
        }
    }

    /// RL-7: from a trusted proxy, the rightmost hop that isn't trusted counts.
    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        for (forwarded_for, expected) in [
            (&["1.1.1.1, 203.0.113.9"][..], "203.0.113.9"),
            (&["1.1.1.1, 203.0.113.9 , 10.1.1.1,10.2.2.2"], "203.0.113.9"),
            (&["1.1.1.1", "203.0.113.9,10.1.1.1", "fd00::1"], "203.0.113.9"),
            (&["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(address("10.0.0.1", forwarded_for), expected, "{forwarded_for:?}");
        }
        assert_eq!(address("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    }

    /// RL-7: a hop that is no address ends the walk at the nearer one.
    #[test]
    fn a_garbage_hop_hides_what_is_behind_it() {
        for garbage in
            ["", " ", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "[::1", "ä", "010.0.0.1"]
        {
            let forwarded_for = format!("203.0.113.9, {garbage}, 10.1.1.1");
            assert_eq!(address("10.0.0.1", &[&forwarded_for]), "10.1.1.1", "{garbage:?}");
            assert_eq!(address("10.0.0.1", &["203.0.113.9", garbage]), "10.0.0.1", "{garbage:?}");
        }
    }

    /// RL-7: a server that forwards its visitor is believed about the nearest hop behind it, also behind a trusted proxy.
    #[test]
    fn the_visitor_is_the_nearest_hop_behind_the_server() {
        let visitor = |peer: &str, forwarded_for: &[&str]| {
            visitor_address(peer.parse().unwrap(), forwarded_for, &trusted()).to_string()
        };

        for (peer, forwarded_for, expected) in [
            ("192.0.2.1", &["203.0.113.9"][..], "203.0.113.9"),
            ("192.0.2.1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            ("192.0.2.1", &["1.1.1.1", "203.0.113.9, 10.1.1.1"], "203.0.113.9"),
            ("192.0.2.1", &["1.1.1.1, garbage"], "192.0.2.1"),
            ("192.0.2.1", &[], "192.0.2.1"),
            ("10.0.0.1", &["203.0.113.9, 192.0.2.1"], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.9", "192.0.2.1, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["10.1.1.1"], "10.1.1.1"),
        ] {
            assert_eq!(visitor(peer, forwarded_for), expected, "{peer} {forwarded_for:?}");
        }
    }

    proptest! {
        /// RL-7: no value panics, and none moves an untrusted peer.
        #[test]
        fn any_value_is_survived(values in prop::collection::vec(any::<String>(), 0..4)) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            address("10.0.0.1", &values);
            prop_assert_eq!(address("203.0.113.9", &values), "203.0.113.9");
        }

        /// RL-7: whatever a client writes, what the proxy appends counts.
        #[test]
        fn what_the_proxy_saw_wins(forged in "[^\r\n]{0,60}", client: Ipv4Addr) {
            prop_assume!(client.octets()[0] != 10);
            let forwarded_for = format!("{forged}, {client}");
            prop_assert_eq!(address("10.0.0.1", &[&forwarded_for]), client.to_string());
        }

        /// RL-6: the networks of an address hold it, and are the same for all their addresses.
        #[test]
        fn networks_depend_on_the_prefix_alone(prefix: u64, one: u64, other: u64) {
            prop_assume!(prefix != 0);
            let ip = |host: u64| {
                IpAddr::from(Ipv6Addr::from_bits(u128::from(prefix) << 64 | u128::from(host)))
            };
            prop_assert_eq!(networks(ip(one)), networks(ip(other)));
            for (network, _) in networks(ip(one)) {
                prop_assert!(network.parse::<IpNet>().unwrap().contains(&ip(one)));
            }
        }
    }
}
