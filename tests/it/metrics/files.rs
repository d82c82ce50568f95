//! The files that are made for these metrics: the page of the book, the dashboard and the alerts name what there is.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;

use super::exposition::Exposition;
use super::{read, used};

const BEGIN: &str = "<!-- The table is written by `UPDATE=1 cargo test --test it metrics`. -->\n";
const END: &str = "<!-- Here it ends. -->\n";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn file(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|_| panic!("{name} is missing"))
}

/// A row for each family: its name with the labels, what it is, and what it means.
fn table(metrics: &Exposition) -> String {
    let mut table = "| metric | type | meaning |\n| --- | --- | --- |\n".to_owned();
    for (name, family) in &metrics.families {
        let labels: Vec<_> = family.labels.iter().map(String::as_str).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let help = family.help.trim_end_matches('.');
        writeln!(table, "| `{name}{labels}` | {} | {help} |", family.kind).unwrap();
    }
    table
}

#[tokio::test]
async fn the_book_lists_every_family() {
    let page = file("docs/metrics.md");
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();

    let written = format!("{before}{BEGIN}{}{END}{after}", table(&read(&used().await).await));

    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path("docs/metrics.md"), &written).unwrap();
    }
    assert!(
        file("docs/metrics.md") == written,
        "docs/metrics.md is out of date: UPDATE=1 cargo test --test it metrics"
    );
}

/// The names of metrics in a query, without what it appends to a histogram.
fn names_in(query: &str) -> BTreeSet<String> {
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let words = query.split(|char| !is_word(char));
    let ours = words.filter(|word| word.starts_with("accountd_") || word.starts_with("process_"));
    let histogram = |word: &str| {
        let base = ["_bucket", "_count", "_sum"].iter().find_map(|end| word.strip_suffix(end));
        base.filter(|base| base.ends_with("_seconds")).unwrap_or(word).to_owned()
    };
    ours.map(histogram).collect()
}

/// All values of the key `expr` in a dashboard.
fn queries(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(text) if ["expr", "query"].contains(&key.as_str()) => {
                    vec![text.clone()]
                }
                other => queries(other),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(queries).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Labels of the queries, such as `operation` in `by (operation, le)`, aren't checked; their metrics are.
#[tokio::test]
async fn the_dashboard_and_the_alerts_name_what_there_is() {
    let metrics = read(&used().await).await;
    let dashboard: Value = serde_json::from_str(&file("deploy/grafana/accountd.json")).unwrap();
    let alerts = file("deploy/prometheus/alerts.yml");

    let mut named = BTreeSet::new();
    for query in queries(&dashboard).iter().chain([&alerts]) {
        named.extend(names_in(query));
    }

    assert!(named.len() > 20, "{named:?}");
    let unknown: Vec<_> =
        named.iter().filter(|name| !metrics.families.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    // Every metric is on the dashboard.
    let shown: BTreeSet<_> = queries(&dashboard).iter().flat_map(|query| names_in(query)).collect();
    let unseen: Vec<_> = metrics.families.keys().filter(|name| !shown.contains(*name)).collect();
    assert!(unseen.is_empty(), "no panel shows {unseen:?}");
}
