//! Tests of countries, on a database that they write themselves.

#![expect(clippy::arithmetic_side_effects, reason = "a test may panic")]

use std::net::IpAddr;
use std::path::Path;

use super::*;

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
fn database(ip_version: u16, networks: &[(&str, &str)]) -> Vec<u8> {
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

fn countries(file: &[u8]) -> Countries {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countries.mmdb");
    std::fs::write(&path, file).unwrap();
    Countries::open(Some(&path)).unwrap()
}

fn code(countries: &Countries, ip: &str) -> String {
    countries.code(ip.parse().unwrap())
}

#[test]
fn an_address_has_the_country_of_its_network() {
    let countries = countries(&database(
        6,
        &[("203.0.113.0/24", "DE"), ("198.51.100.0/22", "FR"), ("2001:db8::/32", "JP")],
    ));

    assert_eq!(code(&countries, "203.0.113.9"), "de");
    assert_eq!(code(&countries, "::ffff:203.0.113.9"), "de");
    assert_eq!(code(&countries, "198.51.101.1"), "fr");
    assert_eq!(code(&countries, "2001:db8:1::1"), "jp");
    for unknown in ["203.0.114.1", "127.0.0.1", "::1", "2001:db9::1"] {
        assert_eq!(code(&countries, unknown), "--", "{unknown}");
    }
}

#[test]
fn a_database_may_know_ipv4_only() {
    let countries = countries(&database(4, &[("203.0.113.0/24", "DE")]));

    assert_eq!(code(&countries, "203.0.113.9"), "de");
    assert_eq!(code(&countries, "2001:db8::1"), "--");
}

#[test]
fn a_code_that_is_no_country_is_unknown() {
    let countries = countries(&database(4, &[("203.0.113.0/24", "ZZ"), ("198.51.100.0/24", "")]));

    assert_eq!(code(&countries, "203.0.113.9"), "--");
    assert_eq!(code(&countries, "198.51.100.9"), "--");
}

#[test]
fn without_a_database_every_country_is_unknown() {
    assert_eq!(code(&Countries::open(None).unwrap(), "203.0.113.9"), "--");
}

#[test]
fn a_database_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.mmdb");
    std::fs::write(&broken, "nonsense").unwrap();

    for path in [broken.as_path(), Path::new("absent.mmdb")] {
        let error = Countries::open(Some(path)).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
    }
}

fn named(code: &str, languages: &[&str]) -> &'static str {
    let languages: Vec<String> = languages.iter().map(|tag| (*tag).to_owned()).collect();
    name(code, &languages)
}

#[test]
fn every_country_has_a_name_in_every_language() {
    let lines: Vec<Vec<&str>> =
        names::TABLE.lines().map(|line| line.split('\t').collect()).collect();

    let (head, countries) = lines.split_first().unwrap();

    assert_eq!(*head, ["code", "en", "de", "es", "fr", "ja"]);
    assert_eq!(countries.len(), 251);
    assert!(countries.is_sorted_by(|one, next| one[0] < next[0]));
    for country in countries {
        assert_eq!(country.len(), head.len(), "{country:?}");
        assert!(country.iter().all(|name| !name.is_empty() && name.trim() == *name), "{country:?}");
    }
}

/// The first language that there is counts; the unknown country has a name like any other.
#[test]
fn a_country_is_named_in_the_wanted_language() {
    for (languages, germany, unknown) in [
        (&[][..], "Germany", "Unknown"),
        (&["xx", "ä", ""], "Germany", "Unknown"),
        (&["en-GB", "de"], "Germany", "Unknown"),
        (&["de"], "Deutschland", "Unbekannt"),
        (&["pt-BR", "ES_mx"], "Alemania", "Desconocido"),
        (&["fr-CA"], "Allemagne", "Inconnu"),
        (&["ja"], "ドイツ", "不明"),
    ] {
        assert_eq!(named("de", languages), germany, "{languages:?}");
        assert_eq!(named("--", languages), unknown, "{languages:?}");
        assert_eq!(named("zz", languages), unknown, "{languages:?}");
    }
}
