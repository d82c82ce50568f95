//! Reading the list of trusted proxies, from the file and from the environment.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;

/// A list as a file writes it, or separated by commas as a variable has it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "not a list of addresses")]
enum List {
    Items(Vec<String>),
    Text(String),
}

/// Reads addresses and networks; an address stands for the network of itself.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<IpNet>, D::Error> {
    let items = match List::deserialize(input)? {
        List::Items(items) => items,
        List::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()).map(parse).collect()
}

fn parse<E: Error>(item: &str) -> Result<IpNet, E> {
    item.parse()
        .or_else(|_| item.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| E::custom(format!("`{item}` is neither an address nor a network")))
}
