//! Tests of countries, on a database that they write themselves.

#![expect(clippy::arithmetic_side_effects, reason = "a test may panic")]

use std::path::Path;

use mmdb::database;

use super::*;

mod mmdb;

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
