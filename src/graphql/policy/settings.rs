//! The configured limits of fields: checks them, warns, and applies them over the declared ones.

use std::collections::HashMap;

use anyhow::Context;
use async_graphql::Value;
use async_graphql::parser::types::FieldDefinition;
use async_graphql::registry::{MetaDirectiveInvocation, MetaField};

use super::{FieldPolicy, LimitKey, directive};
use crate::config::ConfigErrors;
use crate::config::limits::factor::{Factor, MAX_CALLS};
use crate::config::limits::{FieldLimit, FieldLimits, Window};
use crate::graphql::document::suggestion;

mod declared;
mod warnings;

use declared::definition_of;

/// The longest name of a shared quota, in bytes.
const MAX_NAME: usize = 64;

/// The limits of fields, as configured.
#[derive(Debug, Default)]
pub(in super::super) struct LimitSettings {
    factor: Factor,
    fields: HashMap<String, Vec<MetaDirectiveInvocation>>,
    warnings: Vec<String>,
}

/// A checked limit of the configuration.
struct Entry {
    guesses: bool,
    calls: u32,
    window: u32,
    per: Vec<LimitKey>,
    shared: Option<String>,
}

/// A root field with its declared limits.
struct Declared {
    field: FieldDefinition,
    policy: FieldPolicy,
}

/// The configuration key of a field's limits.
pub(super) fn name_of(field: &str) -> String {
    format!("limits.fields.{field}")
}

impl LimitSettings {
    /// Reads the settings for the root fields of a schema, which have the limits that the code declares. Fails with
    /// everything that is wrong.
    pub(in super::super) fn read<'a>(
        factor: Factor,
        fields: &FieldLimits,
        root_fields: impl Iterator<Item = &'a MetaField>,
    ) -> anyhow::Result<Self> {
        if fields.is_empty() {
            return Ok(Self { factor, ..Self::default() });
        }
        let declared = root_fields.map(Declared::of).collect::<anyhow::Result<Vec<_>>>()?;
        let mut problems = ConfigErrors::default();
        let mut entries = HashMap::new();
        for (name, texts) in fields {
            let Some(found) = declared.iter().find(|declared| declared.is_called(name)) else {
                let names = declared.iter().map(Declared::name);
                let hint = suggestion(name, names);
                problems.note(format!("{}: there is no such field.{hint}", name_of(name)));
                continue;
            };
            // A name in capitals comes from a variable, which overrides the file.
            let is_overridden =
                name == found.name() && fields.contains_key(&found.name().to_ascii_uppercase());
            let read = found.read_entries(texts, &mut problems);
            if !is_overridden {
                entries.insert(found.name(), read);
            }
        }
        problems.into_result()?;
        let warnings = warnings::all(&declared, &entries);
        let invocations = entries.into_iter().map(|(name, entries)| {
            (name.to_owned(), entries.into_iter().map(Entry::into_directive).collect())
        });
        Ok(Self { factor, fields: invocations.collect(), warnings })
    }

    /// Warnings: one line for each setting that works but is probably unintended.
    pub(in super::super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// Sets the limits in force on a field of the schema.
    pub(in super::super) fn adjust(&self, field: &mut MetaField) {
        let is_limit =
            |it: &MetaDirectiveInvocation| matches!(it.name.as_str(), "rateLimit" | "guessLimit");
        if let Some(limits) = self.fields.get(&field.name) {
            field.directive_invocations.retain(|it| !is_limit(it));
            field.directive_invocations.extend(limits.iter().cloned());
            return;
        }
        for limit in field.directive_invocations.iter_mut().filter(|it| is_limit(it)) {
            if let Some(Value::Number(calls)) = limit.args.get_mut("limit") {
                let declared = calls.as_u64().and_then(|calls| u32::try_from(calls).ok());
                *calls = self.factor.widen(declared.unwrap_or_default()).into();
            }
        }
    }
}

impl Declared {
    fn of(field: &MetaField) -> anyhow::Result<Self> {
        let field = definition_of(field).with_context(|| format!("the field {}", field.name))?;
        let policy = FieldPolicy::read(&field, 0)?;
        Ok(Self { field, policy })
    }

    fn name(&self) -> &str {
        self.field.name.node.as_str()
    }

    /// Whether a configured name means this field: exactly, or in capitals as in a variable.
    fn is_called(&self, name: &str) -> bool {
        name == self.name() || name == self.name().to_ascii_uppercase()
    }

    fn read_entries(&self, texts: &[FieldLimit], problems: &mut ConfigErrors) -> Vec<Entry> {
        let setting = name_of(self.name());
        let mut entries: Vec<Entry> = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let entry = self.read(text, &format!("{setting}[{at}]"), problems);
            problems.when(
                entries.iter().any(|other| other.counts_like(&entry)),
                format!("{setting}[{at}]: counts the same as another entry, in the same window"),
            );
            entries.push(entry);
        }
        entries
    }

    /// Reads an entry, and adds its problems.
    fn read(&self, text: &FieldLimit, place: &str, problems: &mut ConfigErrors) -> Entry {
        let calls = u32::try_from(text.limit).ok().filter(|it| (1..=MAX_CALLS).contains(it));
        problems.when(
            calls.is_none(),
            format!("{place}.limit: not 1 to {MAX_CALLS} (an empty list lifts all limits)"),
        );
        let window = text.window.seconds();
        problems.when(window.is_none(), format!("{place}.window: {}", Window::FORM));
        problems.when(
            text.per.is_empty(),
            format!(
                "{place}.per: at least one of {}",
                LimitKey::ALL.map(LimitKey::name).join(", ")
            ),
        );
        let mut per = Vec::new();
        for name in &text.per {
            match self.read_key(name) {
                Ok(key) => {
                    problems.when(per.contains(&key), format!("{place}.per: `{name}` comes twice"));
                    per.push(key);
                }
                Err(problem) => problems.note(format!("{place}.per: {problem}")),
            }
        }
        problems.when(
            per == [LimitKey::Guessable],
            format!("{place}.per: `guessable` counts nothing separately, and needs another key"),
        );
        let is_name = |name: &String| {
            (1..=MAX_NAME).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let is_named = text.shared.as_ref().is_none_or(is_name);
        problems.when(!is_named, format!("{place}.shared: not 1 to {MAX_NAME} letters and digits"));
        Entry {
            guesses: text.guesses,
            calls: calls.unwrap_or_default(),
            window: window.unwrap_or_default(),
            per,
            shared: text.shared.clone(),
        }
    }

    fn read_key(&self, name: &str) -> Result<LimitKey, String> {
        let Some(key) = LimitKey::named(name) else {
            let names = LimitKey::ALL.map(LimitKey::name);
            return Err(format!("`{name}` is none of {}", names.join(", ")));
        };
        match key.check(&self.field, self.policy.access) {
            Ok(()) => Ok(key),
            Err(problem) => Err(format!("`{name}`: the field {problem}")),
        }
    }
}

impl Entry {
    /// Whether both are charged to the same quotas, as far as they could be read.
    fn counts_like(&self, other: &Self) -> bool {
        let is_readable = self.window > 0 && !self.per.is_empty();
        let is_same = (self.guesses, self.window, &self.shared)
            == (other.guesses, other.window, &other.shared);
        is_readable
            && is_same
            && self.per.len() == other.per.len()
            && self.per.iter().all(|key| other.per.contains(key))
    }

    fn into_directive(self) -> MetaDirectiveInvocation {
        let Self { guesses, calls, window, per, shared } = self;
        if guesses {
            directive::guess_limit::apply(calls, window, per, shared)
        } else {
            directive::rate_limit::apply(calls, window, per, shared)
        }
    }
}
