//! The configuration reference, `docs/configuration.md`: made of the commented default file.

use std::fmt::Write;

use accountd::config::manual;
use accountd::config::manual::Line;

const INTRODUCTION: &str = "\
<!-- Written by `UPDATE=1 cargo test --test it schema`, from src/config.default.toml. -->
# Configuration
";

/// The settings that share one description.
#[derive(Default)]
struct Group<'a> {
    settings: Vec<(&'a str, String)>,
    description: Vec<&'a str>,
}

impl Group<'_> {
    /// The group as rows of a table: the description stands at the first of its settings.
    fn rows(&self) -> String {
        let description = quoted_as_code(&self.description.join(" "));
        let descriptions =
            std::iter::once(description.as_str()).chain(std::iter::repeat("see above"));
        let rows = self.settings.iter().zip(descriptions);
        rows.map(|((key, default), description)| {
            format!("| `{key}` | {default} | {description} |\n")
        })
        .collect()
    }
}

/// The page.
pub(crate) fn page() -> String {
    let (introduction, rest) = manual::TEXT.split_once("\n\n").unwrap();
    let mut page = format!("{INTRODUCTION}{}\n\n## Top level\n", paragraphs(introduction));
    let mut group = Group::default();
    let mut is_table = false;
    for line in rest.lines() {
        match Line::of(line) {
            Line::Comment(text) => {
                if !group.settings.is_empty() {
                    page += &std::mem::take(&mut group).rows();
                }
                group.description.push(text);
            }
            Line::Setting { key, value, is_set } => {
                if !std::mem::replace(&mut is_table, true) {
                    page += "| key | default | meaning |\n| --- | --- | --- |\n";
                }
                let default = if is_set { format!("`{value}`") } else { example(value) };
                group.settings.push((key, default));
            }
            Line::Section(name) => {
                // What stands above a heading without a blank line between describes the section.
                let about = quoted_as_code(&std::mem::take(&mut group).description.join("\n"));
                write!(page, "\n## `{name}`\n").unwrap();
                if !about.is_empty() {
                    write!(page, "{about}\n\n").unwrap();
                }
                is_table = false;
            }
            Line::Blank => page += &std::mem::take(&mut group).rows(),
        }
    }
    page + &group.rows()
}

/// How a setting without a default is shown.
fn example(value: &str) -> String {
    match value {
        "\"\"" => "none".to_owned(),
        value => format!("none; such as `{value}`"),
    }
}

/// The comment at the top of the file, whose paragraphs are parted by empty lines.
fn paragraphs(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.trim_start_matches('#').trim());
    let text: Vec<_> = lines.map(|line| if line.is_empty() { "\n" } else { line }).collect();
    let paragraphs = text.split(|line| *line == "\n").map(|lines| lines.join("\n"));
    // How to read the file is of no use on the page.
    let paragraphs = paragraphs.filter(|text| !text.starts_with("In this file"));
    paragraphs.map(|text| quoted_as_code(&text)).collect::<Vec<_>>().join("\n\n")
}

/// Values in quotation marks become code, as the keys in backticks are.
fn quoted_as_code(text: &str) -> String {
    let text = text.replace("\"\"", "`\"\"`");
    let parts = text.split('`').enumerate();
    let parts =
        parts.map(|(n, part)| if n % 2 == 0 { part.replace('"', "`") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

/// Each key of the default file has a row, whose default is the file's.
#[test]
fn every_setting_has_a_row() {
    let page = page();
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    let settings =
        manual::TEXT.lines().filter(|line| matches!(Line::of(line), Line::Setting { .. }));

    assert_eq!(rows, settings.count());
    assert!(page.contains("| `listen` | `\"127.0.0.1:8080\"` | The address"), "{page}");
    assert!(page.contains("| `public_url` | none; such as `\"https://"), "{page}");
}
