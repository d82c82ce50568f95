//! The rules that recognise user agents: uap-core's, and some of our own before them.

use std::sync::LazyLock;

use anyhow::Context;
use ua_parser::{Extractor, Regexes, os, user_agent};

/// uap-core's rules; `data/README.md` has their origin.
const REGEXES: &str = include_str!("../data/regexes.json");

/// Clients that uap-core doesn't know: family, version.
const CLIENTS: [&str; 1] = [r"^(Dart|node-fetch)/(\d+)\.(\d+)"];

/// Systems that uap-core mistakes for others, or doesn't know: family, version.
///
/// An iPad that requests desktop pages says `Macintosh`, without its own version, but the phone build
/// (`Mobile/15E148`) and iOS products reveal it. The browsers of Samsung and Amazon then say `X11; Linux`.
const SYSTEMS: [&str; 8] = [
    r"\((Macintosh);.{0,300} (?:Mobile/\w|(?:CriOS|FxiOS|EdgiOS|OPiOS|OPT|GSA)/\d)",
    r"\((X11); Linux .{0,300} (?:SamsungBrowser|Silk)/",
    r"(iPad)\b.{0,40} OS (\d+)[_.](\d+)",
    r"(HarmonyOS)(?:[ /](\d+)\.(\d+))?",
    r"; (Xbox)\b",
    r"(PlayStation)\b",
    r"(Darwin Kernel)",
    r"^(okhttp)/",
];

/// The compiled rules; none if they were broken, which a test excludes.
pub(super) static RULES: LazyLock<Option<Extractor<'static>>> = LazyLock::new(|| {
    let problem = |error: &anyhow::Error| tracing::error!("user agents stay unread: {error:#}");
    compile().inspect_err(problem).ok()
});

/// Reads and compiles the rules.
fn compile() -> anyhow::Result<Extractor<'static>> {
    let mut regexes: Regexes<'static> = serde_json::from_str(REGEXES)?;
    let client =
        |regex: &'static str| user_agent::Parser { regex: regex.into(), ..Default::default() };
    let system = |regex: &'static str| os::Parser { regex: regex.into(), ..Default::default() };
    regexes.user_agent_parsers.splice(..0, CLIENTS.map(client));
    regexes.os_parsers.splice(..0, SYSTEMS.map(system));
    regexes.try_into().context("a rule")
}
