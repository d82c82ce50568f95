//! The settings in effect, each with where it comes from, and without secrets.

use std::collections::BTreeMap;
use std::fmt;

use config::{Value, ValueKind};
use serde_json::json;
use url::Url;

use super::{Config, ConfigErrors};

/// The replacement of a secret's value.
const STARS: &str = "***";

/// A configuration as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration, of all settings that are valid by themselves.
    pub config: Config,
    /// These settings, each with where it comes from.
    pub settings: Settings,
    /// The errors of the others.
    pub problems: ConfigErrors,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The default.
    Default,
    /// The default of `accountd dev`.
    DevDefault,
    /// The configuration file at this path.
    File(String),
    /// The environment variable of this name.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::DevDefault => f.write_str("default of dev"),
            Self::File(path) => f.write_str(path),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// A setting in effect.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Where it comes from.
    pub origin: Origin,
    /// Its value, as it is written.
    value: Value,
}

/// All settings in effect by their keys, such as `limits.batch` and `projects[0].id`.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, Setting>);

impl Settings {
    /// Adds the settings of a layer, over those that are there.
    pub(super) fn lay(
        &mut self,
        origin: &Origin,
        table: impl IntoIterator<Item = (String, Value)>,
    ) {
        for (key, value) in table {
            self.set(origin, key, value);
        }
    }

    fn set(&mut self, origin: &Origin, key: String, value: Value) {
        match value.kind {
            ValueKind::Table(table) => {
                for (name, value) in table {
                    self.set(origin, format!("{key}.{name}"), value);
                }
            }
            ValueKind::Array(ref list) if is_of_tables(list) => {
                // A list replaces the list below.
                self.remove(&key);
                for (number, item) in list.iter().enumerate() {
                    self.set(origin, format!("{key}[{number}]"), item.clone());
                }
            }
            _ => {
                let below = self.0.get(&key).map(|below| &below.value.kind);
                let value = match (origin, below) {
                    (Origin::Variable(_), Some(below)) => as_kind_of(below, value),
                    _ => value,
                };
                self.remove(&key);
                self.0.insert(key, Setting { origin: origin.clone(), value });
            }
        }
    }

    /// Removes a setting, and the items of a list.
    fn remove(&mut self, key: &str) {
        let items = format!("{key}[");
        self.0.retain(|known, _| known != key && !known.starts_with(&items));
    }

    /// Adds the defaults of keys that projects don't set.
    pub(super) fn complete_projects(&mut self, defaults: &Self) {
        const FIRST: &str = "projects[0].";
        let projects: Vec<String> =
            self.0.keys().filter_map(|key| key.strip_suffix(".id")).map(str::to_owned).collect();
        let projects =
            projects.iter().filter(|key| key.starts_with("projects[") && !key.contains('.'));
        for project in projects {
            let settings = defaults.0.iter().filter_map(|(key, setting)| {
                let key = key.strip_prefix(FIRST)?;
                Some((format!("{project}.{key}"), setting.clone()))
            });
            for (key, setting) in settings {
                let items = format!("{key}[");
                let is_set = |known: &String| *known == key || known.starts_with(&items);
                if !self.0.keys().any(is_set) {
                    self.0.insert(key, setting);
                }
            }
        }
    }

    /// All of them by their keys: how they are shown, as JSON, and where they come from.
    pub fn shown(&self) -> impl Iterator<Item = (&str, serde_json::Value, &Origin)> {
        self.0
            .iter()
            .map(|(key, setting)| (key.as_str(), shown(key, &setting.value), &setting.origin))
    }

    /// The keys whose values differ.
    pub fn changed<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let differs = |key: &&String| {
            let value = |settings: &Self| settings.0.get(*key).map(|it| it.value.kind.clone());
            value(self) != value(other)
        };
        let mut keys: Vec<_> = self.0.keys().chain(other.0.keys()).filter(differs).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().map(String::as_str).collect()
    }
}

/// The text of a variable as what it replaces: a number, a switch or a list.
fn as_kind_of(below: &ValueKind, value: Value) -> Value {
    let ValueKind::String(text) = &value.kind else { return value };
    let text = text.trim();
    let kind = match below {
        ValueKind::Boolean(_) => text.parse().ok().map(ValueKind::Boolean),
        ValueKind::I64(_) => text.parse().ok().map(ValueKind::I64),
        ValueKind::Float(_) => text.parse().ok().map(ValueKind::Float),
        ValueKind::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(ValueKind::Array(items.map(|item| Value::new(None, item)).collect()))
        }
        _ => None,
    };
    kind.map_or(value, |kind| Value::new(None, kind))
}

fn is_of_tables(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|item| matches!(item.kind, ValueKind::Table(_)))
}

/// A value without its secrets.
fn shown(key: &str, value: &Value) -> serde_json::Value {
    let name = key.rsplit('.').next().unwrap_or(key);
    match (name, &value.kind) {
        ("master_secret_previous", ValueKind::Array(secrets)) => json!(vec![STARS; secrets.len()]),
        ("replicas", ValueKind::Array(urls)) => {
            let urls = urls.iter().map(|url| match &url.kind {
                ValueKind::String(url) => without_password(url),
                _ => STARS.to_owned(),
            });
            json!(urls.collect::<Vec<_>>())
        }
        (
            "master_secret"
            | "master_secret_previous"
            | "token"
            | "client_secret"
            | "private_key"
            | "headers"
            | "replicas",
            _,
        ) => json!(STARS),
        ("url" | "endpoint", ValueKind::String(url)) => json!(without_password(url)),
        _ => plain(value),
    }
}

fn plain(value: &Value) -> serde_json::Value {
    match &value.kind {
        ValueKind::Nil => serde_json::Value::Null,
        ValueKind::Boolean(it) => json!(it),
        ValueKind::I64(it) => json!(it),
        ValueKind::I128(it) => json!(it.to_string()),
        ValueKind::U64(it) => json!(it),
        ValueKind::U128(it) => json!(it.to_string()),
        ValueKind::Float(it) => json!(it),
        ValueKind::String(it) => json!(it),
        ValueKind::Table(it) => it.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        ValueKind::Array(it) => it.iter().map(plain).collect(),
    }
}

/// A URL with stars for what may be secret: the user, the password, the query, and the path where it isn't that of a file or
/// the name of a database.
fn without_password(text: &str) -> String {
    let Ok(url) = Url::parse(text) else { return STARS.to_owned() };
    let is_plain = matches!(url.scheme(), "sqlite" | "folder" | "inbox" | "none");
    let Some(host) = url.host_str().filter(|_| !is_plain) else {
        // Without a host there is nobody to show a password to.
        return if is_plain { text.to_owned() } else { format!("{}:{STARS}", url.scheme()) };
    };
    let has_user = !url.username().is_empty() || url.password().is_some();
    let user = if has_user { format!("{STARS}@") } else { String::new() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let is_name = matches!(url.scheme(), "postgres" | "postgresql" | "redis" | "rediss");
    let path = match url.path() {
        path if is_name || path.trim_matches('/').is_empty() => path.to_owned(),
        _ => format!("/{STARS}"),
    };
    let query = if url.query().is_some() { format!("?{STARS}") } else { String::new() };
    format!("{}://{user}{host}{port}{path}{query}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_secrets() {
        for (url, expected) in [
            ("sqlite:///var/lib/accountd.db", "sqlite:///var/lib/accountd.db"),
            ("postgres://ada:s3cret@db/accounts?password=s3cret", "postgres://***@db/accounts?***"),
            ("rediss://:s3cret@redis:6380/1", "rediss://***@redis:6380/1"),
            ("smtps://ada:s3cret@mail.example.com", "smtps://***@mail.example.com"),
            ("twilio://account:s3cret@+15005550006", "twilio://***@+15005550006"),
            ("https://hooks.example.com/s3cret", "https://hooks.example.com/***"),
            ("https://sms.example.com", "https://sms.example.com/"),
            ("inbox:", "inbox:"),
            ("s3cret", "***"),
        ] {
            assert_eq!(without_password(url), expected);
        }
    }
}
