//! Reading the list of trusted proxies.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserializer;
use serde::de::Error;

use super::list;

/// Reads addresses and networks; an address is a network of one.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<IpNet>, D::Error> {
    list::deserialize(input)?.iter().map(|item| parse(item)).collect()
}

fn parse<E: Error>(item: &str) -> Result<IpNet, E> {
    item.parse()
        .or_else(|_| item.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| E::custom(format!("`{item}` is neither an address nor a network")))
}
