//! Reads both text formats of metrics, strictly.

use std::collections::{BTreeMap, BTreeSet};

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    OpenMetrics,
    Plain,
}

/// The families of a text.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    /// The families by the name of their values, without what histograms append.
    pub(super) families: BTreeMap<String, Family>,
    /// Values by name and labels, as they are written.
    pub(super) values: BTreeMap<String, f64>,
}

/// A family of metrics.
#[derive(Clone, Debug, Default)]
pub(super) struct Family {
    pub(super) kind: String,
    pub(super) help: String,
    /// The names of labels, if it has values; without `le`.
    pub(super) labels: BTreeSet<String>,
}

impl Exposition {
    /// Reads a text, and panics if anything in it is against the format.
    pub(super) fn read(text: &str, format: Format) -> Self {
        let body = match format {
            Format::OpenMetrics => text.strip_suffix("# EOF\n").expect("an end"),
            Format::Plain => text,
        };
        assert!(body.ends_with('\n') && !body.contains("# EOF"), "{text}");
        let mut read = Self::default();
        let mut family = None;
        let mut lines = body.lines();
        while let Some(line) = lines.next() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap();
                let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE "));
                let (again, kind) = kind.expect(line).split_once(' ').unwrap();
                assert_eq!(name, again, "{line}");
                family = Some(read.begin(name, kind, help, format));
            } else {
                let family = family.as_deref().expect("a family before its values");
                read.add(line, family);
            }
        }
        read.check_histograms();
        read
    }

    /// Begins a family, and returns its name.
    fn begin(&mut self, name: &str, kind: &str, help: &str, format: Format) -> String {
        let is_word = |char: char| char.is_ascii_lowercase() || char == '_';
        assert!(name.chars().all(is_word), "{name}");
        assert!(help.ends_with('.') && !help.contains('\\'), "{name}: {help}");
        let name = match (format, kind) {
            (Format::OpenMetrics, "counter") => format!("{name}_total"),
            (Format::OpenMetrics, "info") => format!("{name}_info"),
            (Format::Plain, "counter") | (_, "gauge" | "histogram") => name.to_owned(),
            _ => panic!("{name} is a {kind}"),
        };
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
        let (kind, help) = (kind.to_owned(), help.to_owned());
        let family = Family { kind, help, labels: BTreeSet::new() };
        assert!(self.families.insert(name.clone(), family).is_none(), "{name} comes twice");
        name
    }

    fn add(&mut self, line: &str, family: &str) {
        let (series, value) = line.rsplit_once(' ').expect(line);
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{line} in {family}"));
        let known = self.families.get_mut(family).unwrap();
        let suffixes: &[_] =
            if known.kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        assert!(suffixes.contains(&suffix), "{line}");
        let labels = labels_of(labels.strip_suffix('}').expect(line));
        let series = sorted(series);
        known.labels.extend(labels.into_keys().filter(|name| name != "le"));
        let value: f64 = value.parse().expect(line);
        assert!(value >= 0.0, "{line}");
        assert!(self.values.insert(series, value).is_none(), "{line} comes twice");
    }

    /// Buckets grow up to the infinite one, which has all.
    fn check_histograms(&self) {
        for (series, count) in &self.values {
            let Some((name, labels)) = series.split_once("_bucket{") else { continue };
            let (all, bound) = le(labels);
            let same = |other: &str, suffix: &str| {
                let prefix = format!("{name}{suffix}");
                let labels = other.strip_prefix(&prefix)?;
                let labels = labels.strip_prefix('{').unwrap_or("}").to_owned();
                Some(labels)
            };
            for (other, value) in &self.values {
                if let Some(labels) = same(other, "_bucket")
                    && let (other_all, other_bound) = le(&labels)
                    && other_all == all
                {
                    assert!(other_bound <= bound || value >= count, "{other} < {series}");
                }
                if same(other, "_count").is_some_and(|labels| labels == all) {
                    assert!(bound.is_finite() || value == count, "{other} ≠ {series}");
                }
            }
        }
    }

    /// The value of a series; 0 if there is none yet.
    pub(super) fn value(&self, series: &str) -> f64 {
        self.values.get(&sorted(series)).copied().unwrap_or_default()
    }
}

/// A series with its labels in order, which differs between the formats.
fn sorted(series: &str) -> String {
    let Some((name, labels)) = series.split_once('{') else { return series.to_owned() };
    let labels = labels_of(labels.strip_suffix('}').expect(series));
    let labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    format!("{name}{{{}}}", labels.join(","))
}

/// The labels of a bucket without its bound, and the bound.
fn le(labels: &str) -> (String, f64) {
    let mut parsed = labels_of(labels.strip_suffix('}').unwrap());
    let bound = parsed.remove("le").expect(labels);
    let rest: Vec<_> = parsed.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    (format!("{}}}", rest.join(",")), bound.replace("+Inf", "inf").parse().expect(labels))
}

/// Labels, none of whose values needs escaping.
fn labels_of(text: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect(text);
        let (value, after) = after.split_once('"').expect(text);
        assert!(!value.contains(['\\', '\n']), "{text}");
        assert!(labels.insert(name.to_owned(), value.to_owned()).is_none(), "{text}");
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    labels
}
