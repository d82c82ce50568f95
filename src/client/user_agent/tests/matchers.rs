//! Compares results with those of ua-parser, which compiles all rules at once.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use regex_lite::Regex;
use ua_parser::{Extractor, Regexes, device, os, user_agent};

use super::super::rules::{Device, Product, REGEXES, RULES, Sources};

/// Headers of uap-core's own tests, one for each rule that matches.
static HEADERS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../../data/headers.txt").lines().collect());

static UA_PARSER: LazyLock<Extractor<'static>> = LazyLock::new(|| {
    let mut regexes: Regexes<'static> = serde_json::from_str(REGEXES).unwrap();
    let Sources { mut clients, mut systems, devices } = Sources::read().unwrap();
    assert_eq!(devices.len(), regexes.device_parsers.len());
    clients.truncate(clients.len().saturating_sub(regexes.user_agent_parsers.len()));
    systems.truncate(systems.len().saturating_sub(regexes.os_parsers.len()));
    let clients = clients.into_iter().map(|rule| rule.regex);
    let clients = clients.map(|regex| user_agent::Parser { regex, ..Default::default() });
    let systems = systems.into_iter().map(|rule| rule.regex);
    let systems = systems.map(|regex| os::Parser { regex, ..Default::default() });
    regexes.user_agent_parsers.splice(..0, clients);
    regexes.os_parsers.splice(..0, systems);
    regexes.try_into().unwrap()
});

fn check(text: &str) {
    let (client, system, device) = UA_PARSER.extract(text);
    let client = client.map(user_agent::ValueRef::into_owned);
    let client = client.map(|it| Product { family: it.family, major: it.major, minor: it.minor });
    let system = system.map(os::ValueRef::into_owned);
    let system = system.map(|it| Product { family: it.os, major: it.major, minor: it.minor });
    let device = device.map(device::ValueRef::into_owned);
    let device = device.map(|it| Device { brand: it.brand, model: it.model });

    let header = RULES.as_ref().unwrap().header(text);

    assert_eq!(header.client(), client, "{text}");
    assert_eq!(header.system(), system, "{text}");
    assert_eq!(header.device(), device, "{text}");
}

#[test]
fn headers_read_as_with_ua_parser() {
    assert!(HEADERS.len() > 700);
    for header in &*HEADERS {
        check(header);
    }
}

#[test]
fn each_rule_compiles() {
    let Sources { clients, systems, devices } = Sources::read().unwrap();
    for rule in clients.iter().chain(&systems).chain(&devices) {
        Regex::new(&rule.pattern()).unwrap();
    }
}

/// The start of one header and the end of another.
fn spliced() -> impl Strategy<Value = String> {
    let words = |header: &str| header.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>();
    let header = || select(&**HEADERS).prop_map(words);
    (header(), header(), 0..=15_usize, 0..=15_usize).prop_map(|(first, second, kept, skipped)| {
        first.into_iter().take(kept).chain(second.into_iter().skip(skipped)).collect()
    })
}

proptest! {
    #[test]
    fn spliced_headers_read_as_with_ua_parser(header in spliced()) {
        check(&header);
    }

    #[test]
    fn any_printed_header_reads_as_with_ua_parser(header in "[ -~]{0,80}") {
        check(&header);
    }
}
