//! The texts of messages: a file for each language, and two shared layouts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use entity::message::Channel;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Deserialize;
use toml::Table;

use super::{Content, Draft, Kind};
use crate::client::Client;
use crate::client::language::{FALLBACK, first_known};
use crate::error::Result;

/// The built-in texts, a file for each language.
const LANGUAGES: [(&str, &str); 5] = [
    ("en", include_str!("templates/en.toml")),
    ("de", include_str!("templates/de.toml")),
    ("es", include_str!("templates/es.toml")),
    ("fr", include_str!("templates/fr.toml")),
    ("ja", include_str!("templates/ja.toml")),
];
/// The built-in layouts.
const LAYOUTS: [(&str, &str); 2] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("layout.txt", include_str!("templates/layout.txt")),
];

/// The values for a message's text; each kind uses some.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a> {
    /// The user's name; may be empty.
    pub name: &'a str,
    /// The link to follow.
    pub link: &'a str,
    /// The code to type.
    pub code: &'a str,
    /// The user id to redeem link or code with.
    pub user_id: &'a str,
    /// The secret of the link, or the code.
    pub secret: &'a str,
    /// How long link and code are valid.
    pub lifetime: Duration,
    /// The phrase that the app shows, too; may be empty.
    pub phrase: &'a str,
    /// When it happened.
    pub time: &'a str,
    /// The client and operating system; may be empty.
    pub device: &'a str,
    /// The client's address.
    pub ip: &'a str,
    /// The country of the address; may be empty.
    pub country: &'a str,
}

/// All texts and layouts.
pub(super) struct Templates {
    layouts: Environment<'static>,
    languages: BTreeMap<String, Language>,
}

/// The texts of one language.
#[derive(Clone, Debug, Deserialize)]
struct Language {
    common: Common,
    #[serde(flatten)]
    kinds: BTreeMap<String, Words>,
}

/// The texts that all messages of a language share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    minutes: String,
    hours: String,
    days: String,
    greeting: String,
    /// A separate paragraph, if there is a phrase.
    phrase: String,
    signature: String,
}

/// The texts of one kind of message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Words {
    subject: String,
    paragraphs: Vec<String>,
    action: String,
    code: String,
    closing: Vec<String>,
    /// The SMS.
    text: String,
}

impl Templates {
    /// Reads the built-in templates, and those of `folder` over them. Fails if one can't be rendered.
    pub(super) fn load(folder: Option<&Path>) -> anyhow::Result<Self> {
        let mut layouts = Environment::new();
        layouts.set_undefined_behavior(UndefinedBehavior::Strict);
        layouts.set_auto_escape_callback(|name| match name {
            "layout.html" => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        for (name, built_in) in LAYOUTS {
            let own = folder.map(|folder| folder.join(name)).filter(|path| path.exists());
            let text = match own {
                Some(path) => fs::read_to_string(&path).with_context(|| shown(&path))?,
                None => built_in.to_owned(),
            };
            layouts.add_template_owned(name, text).with_context(|| name.to_owned())?;
        }
        let mut tables = BTreeMap::new();
        for (name, text) in LANGUAGES {
            tables.insert(name.to_owned(), text.parse::<Table>().context(name)?);
        }
        if let Some(folder) = folder {
            merge_overrides(&mut tables, folder)?;
        }
        let mut languages = BTreeMap::new();
        for (name, table) in tables {
            let language = table.try_into().with_context(|| format!("{name}.toml"))?;
            languages.insert(name, language);
        }
        let templates = Self { layouts, languages };
        templates.check()?;
        Ok(templates)
    }

    /// Renders every message of every language once.
    fn check(&self) -> anyhow::Result<()> {
        let (link, code, phrase) = ("https://example.com", "123456", "Golden Fox");
        let values = Values { link, code, phrase, ..Values::default() };
        for language in self.languages.keys() {
            for kind in Kind::ALL {
                let draft = Draft {
                    kind,
                    to: "ada@example.com",
                    deliverable: true,
                    values,
                    ttl: Duration::ZERO,
                };
                self.write(language, "Example", &draft)
                    .with_context(|| format!("mail.templates: {language}.toml, {}", kind.name()))?;
            }
        }
        Ok(())
    }

    /// Renders a message in the client's preferred language.
    pub(super) fn render(&self, client: &Client, draft: &Draft<'_>) -> Result<Content> {
        Ok(self.write(self.preferred(&client.languages), client.project.title(), draft)?)
    }

    /// Renders a message of the operator, in English.
    pub(super) fn probe(&self, project: &str, draft: &Draft<'_>) -> anyhow::Result<Content> {
        self.write(FALLBACK, project, draft)
    }

    /// The first available language of `wanted`.
    fn preferred(&self, wanted: &[String]) -> &str {
        let found = first_known(wanted, |name| self.languages.get_key_value(name));
        found.map_or(FALLBACK, |(name, _)| name.as_str())
    }

    fn write(&self, language: &str, project: &str, draft: &Draft<'_>) -> anyhow::Result<Content> {
        let texts = self.languages.get(language).context("no such language")?;
        let text = texts.kinds.get(draft.kind.name()).context("there is no such table")?;
        let Values { name, link, code, phrase, lifetime, time, device, ip, country, .. } =
            draft.values;
        let lifetime = self.lifetime(&texts.common, lifetime)?;
        let name = if is_name(name) { name } else { "" };
        let words = context! {
            project, name, link, code, phrase, lifetime, time, device, ip, country, to => draft.to,
        };
        let render = |source: &str| self.layouts.render_named_str("words.txt", source, &words);
        let render_all = |sources: &[String]| -> Result<Vec<String>, _> {
            sources.iter().map(|source| render(source)).collect()
        };
        let content = Content {
            // A subject is one line, whatever goes into it (NW-4).
            subject: one_line(&render(&text.subject)?),
            text: String::new(),
            html: String::new(),
            project: project.to_owned(),
            link: link.to_owned(),
            code: code.to_owned(),
            user_id: draft.values.user_id.to_owned(),
            secret: draft.values.secret.to_owned(),
        };
        if draft.kind.channel() == Channel::Sms {
            return Ok(Content { text: render(&text.text)?, ..content });
        }
        let mut paragraphs = render_all(&text.paragraphs)?;
        if !phrase.is_empty() {
            paragraphs.push(render(&texts.common.phrase)?);
        }
        let parts = context! {
            language, project, link, code, paragraphs,
            subject => &content.subject,
            greeting => render(&texts.common.greeting)?,
            action => render(&text.action)?,
            code_intro => render(&text.code)?,
            closing => render_all(&text.closing)?,
            signature => render(&texts.common.signature)?,
        };
        let lay_out = |name| self.layouts.get_template(name)?.render(&parts);
        Ok(Content { text: lay_out("layout.txt")?, html: lay_out("layout.html")?, ..content })
    }

    /// A duration in words: in days or hours if it is a whole number of them, otherwise in minutes.
    fn lifetime(&self, common: &Common, span: Duration) -> anyhow::Result<String> {
        let seconds = span.as_secs();
        let (words, unit) = match seconds {
            s if s >= 86_400 && s % 86_400 == 0 => (&common.days, 86_400),
            s if s >= 3_600 && s % 3_600 == 0 => (&common.hours, 3_600),
            _ => (&common.minutes, 60),
        };
        Ok(self.layouts.render_named_str(
            "words.txt",
            words,
            context! { n => seconds.div_ceil(unit) },
        )?)
    }
}

/// Replaces built-in texts by those of `folder`, key by key. A new language uses English for missing texts.
fn merge_overrides(tables: &mut BTreeMap<String, Table>, folder: &Path) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| shown(folder))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().to_lowercase());
        let Some(name) = name.filter(|_| path.extension().is_some_and(|end| end == "toml")) else {
            continue;
        };
        let text = fs::read_to_string(&path).with_context(|| shown(&path))?;
        let own: Table = text.parse().with_context(|| shown(&path))?;
        let english = tables.get(FALLBACK).cloned().unwrap_or_default();
        let table = tables.entry(name).or_insert(english);
        for (kind, words) in own {
            let Some(known) = table.get_mut(&kind).and_then(toml::Value::as_table_mut) else {
                bail!("{}: there is no message `{kind}`", shown(&path));
            };
            let toml::Value::Table(words) = words else {
                bail!("{}: `{kind}` is not a table", shown(&path));
            };
            known.extend(words);
        }
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    format!("mail.templates: {}", path.display())
}

/// Whether a mail may greet the user by name. Users choose their names and, by signing up, the recipients of
/// mails: a name must not become an advertisement, with a link that mail programs create.
fn is_name(name: &str) -> bool {
    /// The longest accepted name, in characters.
    const MAX_LENGTH: usize = 50;
    let mut pairs = name.chars().zip(name.chars().skip(1));
    let is_address =
        name.contains(['/', '@', ':']) || pairs.any(|(dot, c)| dot == '.' && c.is_alphanumeric());
    // They begin a line of their own, or turn the text around, so that it says what the user wants.
    let turns = |c| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !is_address && !name.contains(turns) && name.chars().nth(MAX_LENGTH).is_none()
}

/// The longest header line, in characters; mail servers reject longer ones.
const MAX_LINE: usize = 200;

/// Makes a text one line: removes control characters, collapses white space, and cuts it at 200 characters.
pub(super) fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_whitespace() || c.is_control();
    let line = text.split(is_break).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(MAX_LINE).collect()
}

#[cfg(test)]
mod tests;
