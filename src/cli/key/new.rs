//! `accountd key new`: creates an API key.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use entity::{ApiKeyId, ProjectId, Timestamp, api_key};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::cli::data_source;
use crate::cli::output::{deliver, print, print_text};
use crate::clock::Clock;
use crate::config::{Config, Expiry, KeyHash, Scope, project};
use crate::db::beside;
use crate::db::file::Access;
use crate::random::Random;

/// The longest name of a key, in characters.
const MAX_NAME: usize = 128;

#[derive(Args, Debug)]
pub(in crate::cli) struct New {
    /// The project whose servers will use the key; not needed if there is one project only, or one called `default`
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// What the key is for; the security log shows it
    #[arg(long, default_value = "")]
    name: String,
    /// What the key allows: users.read, users.write, users.hashes, sessions.read, sessions.write,
    /// revocations.read, tokens.introspect, client.forward or limits.exempt; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true, num_args = 1..)]
    scopes: Vec<Scope>,
    /// When the key expires: after 90d or 12h, on 2027-01-31 (UTC), or at a time in RFC 3339 format; never by default
    #[arg(long, value_name = "TIME")]
    expires: Option<Expires>,
    /// Store the key in the database, where it is valid at once, instead of printing an entry for the configuration
    #[arg(long, requires = "name")]
    store: bool,
}

/// When a new key expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expires {
    /// After a while.
    After(Duration),
    /// At a point in time.
    At(Timestamp),
}

impl FromStr for Expires {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let units = [('d', 24 * 60 * 60), ('h', 60 * 60)];
        let span = units.into_iter().find_map(|(unit, seconds)| {
            let number = text.strip_suffix(unit)?;
            number.bytes().all(|byte| byte.is_ascii_digit()).then_some((number, seconds))
        });
        if let Some((number, seconds)) = span {
            let number: u32 = number.parse().map_err(|_| "not a number of days or hours")?;
            return Ok(Self::After(Duration::from_secs(u64::from(number).saturating_mul(seconds))));
        }
        let Expiry(time) = text.parse().map_err(|_| {
            "neither a span such as 90d or 12h, nor a date such as 2027-01-31, nor a time in RFC 3339 format"
        })?;
        Ok(Self::At(time))
    }
}

impl Expires {
    fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::After(span) => now + span,
            Self::At(time) => time,
        }
    }
}

impl New {
    pub(super) async fn run(
        self,
        config: impl FnOnce() -> anyhow::Result<Config>,
    ) -> anyhow::Result<()> {
        // The entry of a key may be written before there is a configuration.
        let config = if self.store || self.project.is_none() { Some(config()?) } else { None };
        let project = match (&config, &self.project) {
            (Some(config), named) => data_source::project(config, named.as_deref())?,
            (None, named) => ProjectId::new(named.as_deref().unwrap_or_default()),
        };
        ensure!(project::is_id(project.as_str()), "`{project}` is not a project's id");
        let is_name =
            self.name.chars().count() <= MAX_NAME && !self.name.contains(char::is_control);
        ensure!(is_name, "the name has more than {MAX_NAME} characters, or control characters");
        let now = Clock::system().now();
        let key = NewKey::made_for(self, project, now, Random::System.bytes());
        ensure!(key.expires_at.is_none_or(|time| time > now), "the key would have expired already");
        match config {
            Some(config) if key.request.store => key.store(&config, now).await,
            _ => print_text(key),
        }
    }
}

/// A new key.
struct NewKey {
    key: String,
    project: ProjectId,
    expires_at: Option<Timestamp>,
    request: New,
}

impl NewKey {
    fn made_for(request: New, project: ProjectId, now: Timestamp, random: [u8; 32]) -> Self {
        let digits: Vec<_> = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let expires_at = request.expires.map(|expires| expires.at(now));
        Self { key: format!("ak_{}", digits.concat()), project, expires_at, request }
    }

    /// Stores the key in the database, beside a server that serves it.
    async fn store(self, config: &Config, now: Timestamp) -> anyhow::Result<()> {
        let New { name, scopes, .. } = self.request;
        let scopes: Vec<_> = scopes.into_iter().map(Scope::as_str).collect();
        let row = api_key::Model {
            id: ApiKeyId::new(Random::System.id(now)),
            project_id: self.project,
            name,
            hash: KeyHash::of(&self.key).to_string(),
            scopes: scopes.join(" "),
            created_at: now,
            expires_at: self.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        let id = row.id.clone();
        let db = beside::open(&config.database, Access::Write).await?;
        // A key that nobody has seen is not stored.
        deliver(format_args!("{}\n", self.key)).context("the key is not stored")?;
        let stored = api_key::Entity::insert(row.into_active_model()).exec_without_returning(&db);
        stored.await.context("the key is not stored")?;
        db.close().await?;
        print(format_args!(
            "# The key above is shown only once. It is stored, and valid now.\n\
             # To revoke it: accountd key revoke {id}"
        ))
        .with_context(|| format!("the key is stored with the id {id}"))
    }
}

impl fmt::Display for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { project, request: New { name, scopes, .. }, .. } = self;
        let scopes: Vec<_> = scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
        writeln!(f, "{}\n", self.key)?;
        writeln!(f, "# The key above is shown only once. Put these lines below the [[projects]]")?;
        writeln!(f, "# with the id \"{project}\":")?;
        writeln!(f, "[[projects.api_keys]]")?;
        if !name.is_empty() {
            // JSON's strings are TOML's, too.
            writeln!(f, "name = {}", serde_json::Value::from(name.as_str()))?;
        }
        writeln!(f, "hash = \"{}\"", KeyHash::of(&self.key))?;
        writeln!(f, "scopes = [{}]", scopes.join(", "))?;
        match self.expires_at {
            Some(time) => writeln!(f, "expires = \"{time}\""),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::client::api_key::ApiKeys;
    use crate::config::Mode;

    const NOW: Timestamp = Timestamp::from_millis(1_795_435_200_000);

    fn printed(name: &str, expires: Option<&str>) -> (String, Config) {
        let request = New {
            project: Some("web".to_owned()),
            name: name.to_owned(),
            scopes: vec![Scope::ClientForward],
            expires: expires.map(|text| text.parse().unwrap()),
            store: false,
        };
        let printed = NewKey::made_for(request, ProjectId::new("web"), NOW, [7; 32]).to_string();
        let (secret, lines) = printed.split_once('\n').unwrap();
        assert!(!lines.contains(secret));
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("accountd.toml");
        fs::write(&path, format!("[[projects]]\nid = \"web\"\n{lines}")).unwrap();
        (secret.to_owned(), Config::load(Some(&path), [], Mode::Dev).unwrap())
    }

    #[test]
    fn the_printed_lines_make_the_key_known() {
        let (secret, config) = printed("", None);
        let keys = ApiKeys::new(&config.projects);

        assert_eq!(secret, format!("ak_{}", "07".repeat(32)));
        let [entry] = keys.find(&KeyHash::of(&secret)) else { panic!() };
        assert_eq!(entry.project.as_str(), "web");
        assert_eq!(entry.expires_at, None);
        assert_eq!(entry.holder.id, KeyHash::of(&secret).to_string()[..16]);
        assert_eq!(entry.holder.name, entry.holder.id);
        assert!(entry.holder.allows(Scope::ClientForward));
        assert!(!entry.holder.allows(Scope::SessionsWrite));
        assert!(keys.find(&KeyHash::of("ak_")).is_empty());
    }

    #[test]
    fn name_and_expiry_are_printed_too() {
        let (secret, config) = printed("The \"web\" server", Some("90d"));
        let keys = ApiKeys::new(&config.projects);

        let [entry] = keys.find(&KeyHash::of(&secret)) else { panic!() };
        assert_eq!(entry.holder.name, "The \"web\" server");
        assert_eq!(entry.expires_at.unwrap().to_string(), "2027-02-21T12:00:00.000+00:00");
    }

    #[test]
    fn an_expiry_is_a_span_or_a_time() {
        let read = |text: &str| text.parse::<Expires>().map(|it| it.at(NOW).to_string());

        assert_eq!(read("12h").unwrap(), "2026-11-24T00:00:00.000+00:00");
        assert_eq!(read("2027-01-31").unwrap(), "2027-01-31T00:00:00.000+00:00");
        for text in ["", "d", "-1d", "1.5d", "90", "99999999999d", "tomorrow"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
