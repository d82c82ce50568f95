//! `accountd key list`: lists the API keys.

use std::time::Duration;

use clap::Args;
use entity::{ProjectId, Timestamp, api_key};
use sea_orm::{EntityTrait, QueryOrder};

use crate::cli::data_source;
use crate::cli::operator::Table;
use crate::cli::output::print_text;
use crate::client::api_key::KeyHolder;
use crate::clock::Clock;
use crate::config::{ApiKey, Config, Expiry, Scope};
use crate::db::beside;
use crate::db::file::Access;

const HEADINGS: [&str; 8] = [
    "ID",
    "PROJECT",
    "NAME",
    "SCOPES",
    "CREATED (UTC)",
    "EXPIRES (UTC)",
    "LAST USED (UTC)",
    "STATE",
];

/// In place of what is unknown, or a name that wasn't given.
const NONE: &str = "-";

/// The length of a date and time to the minute.
const MINUTE: usize = 16;
/// The unit in which the last use is known.
const HOUR: Duration = Duration::from_hours(1);

#[derive(Args, Debug)]
pub(in crate::cli) struct List {
    /// List only the keys of this project
    #[arg(long, value_name = "ID")]
    project: Option<String>,
}

/// A line of the table.
type Line = [String; HEADINGS.len()];

impl List {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let now = Clock::system().now();
        let project = self.project.as_deref().map(|id| data_source::project(config, Some(id)));
        let project = project.transpose()?;
        let is_wanted = |id: &ProjectId| project.as_ref().is_none_or(|wanted| wanted == id);
        let db = beside::open(&config.database, Access::Read).await?;
        let rows = api_key::Entity::find().order_by_asc(api_key::Column::Id).all(&db).await?;
        db.close().await?;
        let mut table = Table::new(&HEADINGS);
        for project in config.projects.iter().filter(|project| is_wanted(&project.id)) {
            for key in &project.api_keys {
                table.add(of_configured(&project.id, key, now));
            }
        }
        for row in rows.iter().filter(|row| is_wanted(&row.project_id)) {
            table.add(of_row(row, now));
        }
        print_text(table)
    }
}

fn of_configured(project: &ProjectId, key: &ApiKey, now: Timestamp) -> Line {
    let scopes: Vec<_> = key.scopes.iter().copied().map(Scope::as_str).collect();
    let expires_at = key.expires.map(|Expiry(time)| time);
    let state = if is_expired(expires_at, now) { "expired" } else { "configured" };
    [
        KeyHolder::configured(key).id,
        project.to_string(),
        if key.name.is_empty() { NONE.to_owned() } else { key.name.clone() },
        scopes.join(" "),
        NONE.to_owned(),
        minute(expires_at),
        NONE.to_owned(),
        state.to_owned(),
    ]
}

fn of_row(row: &api_key::Model, now: Timestamp) -> Line {
    let state = match row.revoked_at {
        Some(_) if row.is_found_expired() => "expired".to_owned(),
        Some(time) => format!("revoked {}", minute(Some(time))),
        None if is_expired(row.expires_at, now) => "expired".to_owned(),
        None => "valid".to_owned(),
    };
    [
        row.id.to_string(),
        row.project_id.to_string(),
        row.name.clone(),
        row.scopes.clone(),
        minute(Some(row.created_at)),
        minute(row.expires_at),
        hour(row.last_used_at),
        state,
    ]
}

fn is_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|time| time <= now)
}

/// A time in UTC, to the minute.
fn minute(time: Option<Timestamp>) -> String {
    let text = time.map(|time| time.to_string().chars().take(MINUTE).collect::<String>());
    text.map_or_else(|| NONE.to_owned(), |text| text.replace('T', " "))
}

/// The hour that begins at a time, in UTC.
fn hour(time: Option<Timestamp>) -> String {
    let Some(time) = time else { return NONE.to_owned() };
    let end = minute(Some(time + HOUR));
    let end = end.split(' ').next_back().unwrap_or_default();
    format!("{}–{end}", minute(Some(time)))
}

#[cfg(test)]
mod tests {
    use entity::ApiKeyId;

    use super::*;
    use crate::config::KeyHash;

    #[test]
    fn keys_are_listed_with_their_state() {
        let now = Timestamp::from_millis(1_795_435_200_000);
        let earlier = Timestamp::from_millis(1_794_996_000_000);
        let row = api_key::Model {
            id: ApiKeyId::new("01"),
            project_id: ProjectId::new("shop"),
            name: "Web".to_owned(),
            hash: String::new(),
            scopes: "users.read users.write".to_owned(),
            created_at: earlier,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        };
        let revoked = api_key::Model { revoked_at: Some(now), ..row.clone() };
        let expired =
            api_key::Model { expires_at: Some(now), last_used_at: Some(earlier), ..row.clone() };
        let found = api_key::Model { revoked_at: Some(now), ..expired.clone() };
        let configured = ApiKey {
            name: String::new(),
            hash: KeyHash::of("ak_1"),
            scopes: vec![Scope::UsersRead],
            expires: None,
        };
        let mut table = Table::new(&HEADINGS);
        table.add(of_configured(&ProjectId::new("shop"), &configured, now));
        for row in [row, revoked, expired, found] {
            table.add(of_row(&row, now));
        }

        insta::assert_snapshot!(table.to_string(), @r"
        ID                PROJECT  NAME  SCOPES                  CREATED (UTC)     EXPIRES (UTC)     LAST USED (UTC)         STATE
        1ec43aa57b577d04  shop     -     users.read              -                 -                 -                       configured
        01                shop     Web   users.read users.write  2026-11-18 10:00  -                 -                       valid
        01                shop     Web   users.read users.write  2026-11-18 10:00  -                 -                       revoked 2026-11-23 12:00
        01                shop     Web   users.read users.write  2026-11-18 10:00  2026-11-23 12:00  2026-11-18 10:00–11:00  expired
        01                shop     Web   users.read users.write  2026-11-18 10:00  2026-11-23 12:00  2026-11-18 10:00–11:00  expired
        ");
    }
}
