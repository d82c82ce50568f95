//! Extracts the literals of the rules, and compares them with `data/literals.json` or writes that file.

use std::collections::BTreeSet;
use std::env;
use std::fs;

use regex_filtered::model::Model;
use serde_json::{Value, json};

use super::super::rules::{Source, Sources};

/// The literals of a rule: a matching text contains at least one of each list.
type Needed = Vec<BTreeSet<String>>;

/// `data/literals.json` is up to date.
#[test]
fn the_literals_are_those_of_the_rules() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/client/data/literals.json");
    if env::var_os("UPDATE").is_some() {
        fs::write(path, table()).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap();
    assert!(committed == table(), "out of date: UPDATE=1 cargo test --lib the_literals_are");
}

/// The content of `data/literals.json`.
fn table() -> String {
    let Sources { clients, systems, devices } = Sources::read().unwrap();
    // The minimum lengths are those of ua-parser.
    let kinds = [("clients", clients, 3), ("systems", systems, 3), ("devices", devices, 2)];
    let kinds = kinds.map(|(kind, rules, length)| {
        (kind, rules.iter().map(|rule| needed(rule, length)).collect::<Vec<_>>())
    });
    let all: BTreeSet<_> = kinds.iter().flat_map(|(_, rules)| rules).flatten().flatten().collect();
    let all: Vec<_> = all.into_iter().collect();
    let numbers = |needed: &Needed| -> Value {
        let number = |literal: &String| all.binary_search(&literal).unwrap();
        needed.iter().map(|one_of| one_of.iter().map(number).collect::<Value>()).collect()
    };
    let mut members = vec![member("literals", all.iter().map(|literal| json!(literal)))];
    members.extend(kinds.iter().map(|(kind, rules)| member(kind, rules.iter().map(numbers))));
    format!("{{\n{}\n}}\n", members.join(",\n"))
}

/// A list with one item per line.
fn member(name: &str, items: impl Iterator<Item = Value>) -> String {
    let items: Vec<_> = items.map(|item| item.to_string()).collect();
    format!("\"{name}\": [\n{}\n]", items.join(",\n"))
}

fn needed(rule: &Source, length: usize) -> Needed {
    let parsed = regex_syntax::parse(&rule.pattern()).unwrap();
    lists(Model::new(&parsed).unwrap(), length)
}

/// The lists of a formula, without lists that have a very short literal: nearly every text contains one of those.
fn lists(model: Model, length: usize) -> Needed {
    match model {
        Model::All(_) => Vec::new(),
        Model::None(_) => vec![BTreeSet::new()],
        Model::Atom(_, literal) if literal.len() < length => Vec::new(),
        Model::Atom(_, literal) => vec![BTreeSet::from([literal.to_ascii_lowercase()])],
        Model::And(_, models) => {
            models.into_iter().flat_map(|model| lists(model, length)).collect()
        }
        Model::Or(_, models) => {
            // The most selective list of each alternative.
            let shortest = |list: &BTreeSet<String>| list.iter().map(String::len).min();
            let hardest = |model| lists(model, length).into_iter().max_by_key(shortest);
            let all: Option<Vec<_>> = models.into_iter().map(hardest).collect();
            all.map(|lists| lists.into_iter().flatten().collect()).into_iter().collect()
        }
    }
}
