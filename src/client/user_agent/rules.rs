//! The rules that recognise user agents: a few of the server's own, then uap-core's.
//!
//! There are more than a thousand. A rule is compiled when a header first contains all literals that it needs.

use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use anyhow::ensure;
use regex_lite::{Captures, Regex};
use serde::Deserialize;

/// uap-core's rules; see `data/README.md`.
pub(super) const REGEXES: &str = include_str!("../data/regexes.json");
/// The literals that each rule needs. Written by a test; see `data/README.md`.
const LITERALS: &str = include_str!("../data/literals.json");

/// Clients that uap-core doesn't know: family, version.
const CLIENTS: [&str; 1] = [r"^(Dart|node-fetch)/(\d+)\.(\d+)"];

/// Systems that uap-core mistakes for others, or doesn't know: family, version.
///
/// An iPad that requests desktop pages says `Macintosh`, without its own version, but the phone build
/// (`Mobile/15E148`) and iOS products reveal it. The browsers of Samsung and Amazon then say `X11; Linux`.
/// Flutter's SDK names the computer or its model, without the version of the system.
const SYSTEMS: [&str; 10] = [
    r"\((Macintosh);.* (?:Mobile/\w|(?:CriOS|FxiOS|EdgiOS|OPiOS|OPT|GSA)/\d)",
    r"\((X11); Linux .* (?:SamsungBrowser|Silk)/",
    r"(iPad)\b.{0,40} OS (\d+)[_.](\d+)",
    r"(HarmonyOS)(?:[ /](\d+)\.(\d+))?",
    r"; (Xbox)\b",
    r"(PlayStation)\b",
    r"(Darwin Kernel)",
    r"^(okhttp)/",
    r"\((Windows) NT; ",
    r"\((Mac)intosh; [A-Za-z]+\d+,\d+\)",
];

/// The rules; none if they were broken, which a test rules out.
pub(super) static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| {
    let problem = |error: &anyhow::Error| tracing::error!("user agents stay unread: {error:#}");
    Rules::read().inspect_err(problem).ok()
});

/// All rules and their literals.
pub(super) struct Rules {
    /// In lower case and sorted, with their numbers.
    literals: Vec<(usize, String)>,
    clients: Vec<Rule>,
    systems: Vec<Rule>,
    devices: Vec<Rule>,
}

/// A client or a system, as uap-core names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) family: String,
    pub(super) major: Option<String>,
    pub(super) minor: Option<String>,
}

/// A device, as uap-core names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Device {
    pub(super) brand: Option<String>,
    pub(super) model: Option<String>,
}

/// A header, and which literals it contains.
pub(super) struct Header<'a> {
    rules: &'a Rules,
    text: &'a str,
    has: Vec<bool>,
}

/// A rule, compiled when it is first needed.
struct Rule {
    source: Source,
    needed: Needed,
    compiled: OnceLock<Option<Regex>>,
}

/// The numbers of a rule's literals. A matching text contains at least one of each list, in any case.
type Needed = Vec<Vec<usize>>;

/// A rule as uap-core writes it. Replacements are templates: `$1` is the first group.
#[derive(Default, Deserialize)]
pub(super) struct Source {
    pub(super) regex: Cow<'static, str>,
    #[serde(default, rename = "regex_flag")]
    flag: Option<Flag>,
    #[serde(default)]
    #[serde(alias = "family_replacement", alias = "os_replacement", alias = "brand_replacement")]
    name: Option<String>,
    #[serde(default)]
    #[serde(alias = "v1_replacement", alias = "os_v1_replacement", alias = "model_replacement")]
    first: Option<String>,
    #[serde(default, alias = "v2_replacement", alias = "os_v2_replacement")]
    second: Option<String>,
}

/// How a rule's regular expression is read.
#[derive(Deserialize)]
enum Flag {
    /// Case doesn't matter.
    #[serde(rename = "i")]
    IgnoreCase,
}

/// The rules of each kind. The first match counts.
#[derive(Deserialize)]
pub(super) struct Sources {
    #[serde(rename = "user_agent_parsers")]
    pub(super) clients: Vec<Source>,
    #[serde(rename = "os_parsers")]
    pub(super) systems: Vec<Source>,
    #[serde(rename = "device_parsers")]
    pub(super) devices: Vec<Source>,
}

/// All literals, and which of them each rule needs.
#[derive(Deserialize)]
struct Literals {
    #[serde(rename = "literals")]
    texts: Vec<String>,
    clients: Vec<Needed>,
    systems: Vec<Needed>,
    devices: Vec<Needed>,
}

impl Sources {
    /// uap-core's rules behind ours.
    pub(super) fn read() -> serde_json::Result<Self> {
        let mut sources: Self = serde_json::from_str(REGEXES)?;
        let source = |regex| Source { regex: Cow::Borrowed(regex), ..Source::default() };
        sources.clients.splice(..0, CLIENTS.map(source));
        sources.systems.splice(..0, SYSTEMS.map(source));
        Ok(sources)
    }
}

impl Source {
    /// The regular expression with its flag.
    pub(super) fn pattern(&self) -> Cow<'_, str> {
        match self.flag {
            Some(Flag::IgnoreCase) => Cow::Owned(format!("(?i){}", self.regex)),
            None => Cow::Borrowed(&self.regex),
        }
    }
}

impl Rules {
    fn read() -> anyhow::Result<Self> {
        let sources = Sources::read()?;
        let Literals { texts, clients, systems, devices } = serde_json::from_str(LITERALS)?;
        Ok(Self {
            literals: texts.into_iter().enumerate().collect(),
            clients: rules(sources.clients, clients)?,
            systems: rules(sources.systems, systems)?,
            devices: rules(sources.devices, devices)?,
        })
    }

    /// Finds the literals in a header.
    pub(super) fn header<'a>(&'a self, text: &'a str) -> Header<'a> {
        let mut has = vec![false; self.literals.len()];
        let mut rest = &*text.to_ascii_lowercase().into_bytes();
        while !rest.is_empty() {
            self.mark_prefixes(rest, &mut has);
            rest = rest.split_at(1).1;
        }
        Header { rules: self, text, has }
    }

    /// Marks the literals that a text starts with, by narrowing down the sorted list byte by byte.
    fn mark_prefixes(&self, text: &[u8], has: &mut [bool]) {
        let mut candidates = &*self.literals;
        for (place, byte) in text.iter().enumerate() {
            let at_place = |(_, literal): &(_, String)| literal.as_bytes().get(place).copied();
            let smaller = candidates.partition_point(|it| at_place(it) < Some(*byte));
            candidates = candidates.split_at(smaller).1;
            let equal = candidates.partition_point(|it| at_place(it) == Some(*byte));
            candidates = candidates.split_at(equal).0;
            let Some((number, literal)) = candidates.first() else { return };
            if literal.len() == place.saturating_add(1)
                && let Some(has) = has.get_mut(*number)
            {
                *has = true;
            }
        }
    }
}

/// Combines rules with the literals that they need.
fn rules(sources: Vec<Source>, needed: Vec<Needed>) -> anyhow::Result<Vec<Rule>> {
    ensure!(sources.len() == needed.len(), "the literals are those of other rules");
    let rule = |(source, needed)| Rule { source, needed, compiled: OnceLock::new() };
    Ok(sources.into_iter().zip(needed).map(rule).collect())
}

impl Header<'_> {
    pub(super) fn client(&self) -> Option<Product> {
        self.find(&self.rules.clients).map(|(source, groups)| source.product(&groups))
    }

    pub(super) fn system(&self) -> Option<Product> {
        self.find(&self.rules.systems).map(|(source, groups)| source.product(&groups))
    }

    pub(super) fn device(&self) -> Option<Device> {
        self.find(&self.rules.devices).map(|(source, groups)| source.device(&groups))
    }

    /// The first rule that matches.
    fn find<'r>(&self, rules: &'r [Rule]) -> Option<(&'r Source, Captures<'_>)> {
        rules.iter().filter(|rule| self.may_match(rule)).find_map(|rule| {
            let groups = rule.compiled()?.captures(self.text)?;
            Some((&rule.source, groups))
        })
    }

    fn may_match(&self, rule: &Rule) -> bool {
        let has = |literal: &usize| self.has.get(*literal).copied().unwrap_or_default();
        rule.needed.iter().all(|one_of| one_of.iter().any(has))
    }
}

impl Rule {
    fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.source.pattern()).ok()).as_ref()
    }
}

impl Source {
    fn product(&self, groups: &Captures<'_>) -> Product {
        Product {
            family: replaced(self.name.as_deref(), groups, Some(1)).unwrap_or_default(),
            major: replaced(self.first.as_deref(), groups, Some(2)),
            minor: replaced(self.second.as_deref(), groups, Some(3)),
        }
    }

    fn device(&self, groups: &Captures<'_>) -> Device {
        Device {
            brand: replaced(self.name.as_deref(), groups, None),
            model: replaced(self.first.as_deref(), groups, Some(1)),
        }
    }
}

/// The filled-in template, or a group where there is none. `None` if that is empty.
fn replaced(template: Option<&str>, groups: &Captures<'_>, group: Option<usize>) -> Option<String> {
    let mut value = String::new();
    match template {
        Some(template) => groups.expand(template, &mut value),
        None => value.push_str(groups.get(group?)?.as_str()),
    }
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}
