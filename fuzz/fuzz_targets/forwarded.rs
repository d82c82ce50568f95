//! `X-Forwarded-For`: only what a trusted proxy wrote counts, however the header is cut into lines.
//!
//! Each line of an input is a value of the header.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use accountd::client::network::{client_address, networks, parse_hop};
use fuzz::within_limit;
use ipnet::IpNet;
use libfuzzer_sys::fuzz_target;

const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const STRANGER: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 9));

static TRUSTED: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().expect("a network")).to_vec()
});

fuzz_target!(|input: &str| {
    let values: Vec<&str> = input.lines().collect();
    let address = |peer, values: &[&str]| within_limit(|| client_address(peer, values, &TRUSTED));

    assert_eq!(address(STRANGER, &values), STRANGER, "a stranger names nobody else");
    let found = address(PROXY, &values);
    let joined = values.join(",");
    assert_eq!(address(PROXY, &[&joined]), found, "lines and commas mean the same");
    assert_eq!(found, walked(joined.split(',')), "a second reader agrees");
    assert_eq!(address(PROXY, &[&joined, &STRANGER.to_string()]), STRANGER, "the last one counts");

    assert_eq!(found.to_canonical(), found);
    assert_eq!(parse_hop(&found.to_string()), Some(found), "an address is read as it is written");
    for (network, times) in networks(found) {
        // An IPv4 address stands for itself.
        let address = || network.parse::<IpAddr>().map(IpNet::from);
        let network = network.parse::<IpNet>().or_else(|_| address());
        assert!(network.expect("a network or an address").contains(&found), "{found}");
        assert!(matches!(times, 1 | 16), "{times}");
    }
});

/// The walk once more, forwards: the last address that has only trusted ones behind it.
fn walked<'a>(hops: impl Iterator<Item = &'a str>) -> IpAddr {
    let hops: Vec<Option<IpAddr>> = hops.map(parse_hop).collect();
    let trusts = |ip: IpAddr| TRUSTED.iter().any(|network| network.contains(&ip));
    let believed = |n: &usize| hops[n + 1..].iter().all(|hop| hop.is_some_and(trusts));
    let first = (0..hops.len()).filter(believed).find_map(|n| hops[n]);
    first.unwrap_or(PROXY)
}
