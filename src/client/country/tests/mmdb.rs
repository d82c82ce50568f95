//! Writes databases in MaxMind's format, small enough for a test; `tests/it` has them, too.

use std::net::IpAddr;

/// A field that holds a text of up to 28 bytes.
fn text(text: &str) -> Vec<u8> {
    [&[0b010_00000 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

/// A field that holds an integer of 16 bits.
fn short(number: u16) -> Vec<u8> {
    [&[0b101_00010][..], &number.to_be_bytes()].concat()
}

/// A field that holds an integer of 32 bits.
fn long(number: u32) -> Vec<u8> {
    [&[0b110_00100][..], &number.to_be_bytes()].concat()
}

/// A field that maps names to fields.
fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut field = vec![0b111_00000 | u8::try_from(entries.len()).unwrap()];
    for (key, value) in entries {
        field.extend(text(key));
        field.extend(value);
    }
    field
}

/// A database: a binary tree with a node for each bit of the networks, then their records, then its description.
pub(crate) fn database(ip_version: u16, networks: &[(&str, &str)]) -> Vec<u8> {
    const EMPTY: u32 = u32::MAX;
    let mut tree = vec![[EMPTY; 2]];
    let mut leaves = Vec::new();
    let mut records = Vec::new();
    for (network, code) in networks {
        let network: ipnet::IpNet = network.parse().unwrap();
        let (bits, length) = match network.addr() {
            IpAddr::V4(ip) if ip_version == 6 => {
                (u128::from(ip.to_bits()), network.prefix_len() + 96)
            }
            IpAddr::V4(ip) => (u128::from(ip.to_bits()) << 96, network.prefix_len()),
            IpAddr::V6(ip) => (ip.to_bits(), network.prefix_len()),
        };
        let side = |depth: u8| usize::from(bits >> (127 - depth) & 1 == 1);
        let mut node = 0;
        for depth in 0..length - 1 {
            if tree[node][side(depth)] == EMPTY {
                tree[node][side(depth)] = u32::try_from(tree.len()).unwrap();
                tree.push([EMPTY; 2]);
            }
            node = usize::try_from(tree[node][side(depth)]).unwrap();
        }
        leaves.push((node, side(length - 1), u32::try_from(records.len()).unwrap()));
        records.extend(map(&[("country", map(&[("iso_code", text(code))]))]));
    }
    let nodes = u32::try_from(tree.len()).unwrap();
    for (node, side, offset) in leaves {
        tree[node][side] = nodes + 16 + offset;
    }
    let mut file = Vec::new();
    for child in tree.into_iter().flatten() {
        let child = if child == EMPTY { nodes } else { child };
        file.extend(&child.to_be_bytes()[1..]);
    }
    file.extend([0; 16]);
    file.extend(records);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    file.extend(map(&[
        ("binary_format_major_version", short(2)),
        ("binary_format_minor_version", short(0)),
        ("build_epoch", vec![0b000_00001, 0b10, 1]),
        ("database_type", text("Test")),
        ("description", map(&[])),
        ("ip_version", short(ip_version)),
        ("languages", vec![0b000_00000, 0b100]),
        ("node_count", long(nodes)),
        ("record_size", short(24)),
    ]));
    file
}
