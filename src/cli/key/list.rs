//! `accountd key list`: lists the API keys.

use clap::Args;
use entity::{ProjectId, Timestamp, api_key};
use sea_orm::{EntityTrait, QueryOrder};

use crate::client::api_key::KeyHolder;
use crate::clock::Clock;
use crate::config::{ApiKey, Config, Expiry, Scope};
use crate::db::beside;
use crate::db::file::Access;

const HEADINGS: [&str; 8] =
    ["ID", "PROJECT", "NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "STATE"];

/// In place of an unknown time.
const NONE: &str = "-";

/// The length of a date and time to the minute.
const MINUTE: usize = 16;

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
        let db = beside::open(&config.database, Access::Read).await?;
        let rows = api_key::Entity::find().order_by_asc(api_key::Column::Id).all(&db).await?;
        db.close().await?;
        let mut lines = vec![HEADINGS.map(str::to_owned)];
        for project in config.projects.iter().filter(|project| self.wants(&project.id)) {
            lines.extend(project.api_keys.iter().map(|key| of_configured(&project.id, key, now)));
        }
        lines.extend(
            rows.iter().filter(|row| self.wants(&row.project_id)).map(|row| of_row(row, now)),
        );
        print!("{}", aligned(&lines));
        Ok(())
    }

    fn wants(&self, project: &ProjectId) -> bool {
        self.project.as_ref().is_none_or(|wanted| wanted == project.as_str())
    }
}

fn of_configured(project: &ProjectId, key: &ApiKey, now: Timestamp) -> Line {
    let scopes: Vec<_> = key.scopes.iter().copied().map(Scope::as_str).collect();
    let expires_at = key.expires.map(|Expiry(time)| time);
    let state = if is_expired(expires_at, now) { "expired" } else { "configured" };
    [
        KeyHolder::configured(key).id,
        project.to_string(),
        key.name.clone(),
        scopes.join(" "),
        NONE.to_owned(),
        minute(expires_at),
        NONE.to_owned(),
        state.to_owned(),
    ]
}

fn of_row(row: &api_key::Model, now: Timestamp) -> Line {
    let state = match row.revoked_at {
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
        minute(row.last_used_at),
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

/// The lines with columns of equal width.
fn aligned(lines: &[Line]) -> String {
    let mut widths = [0; HEADINGS.len()];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use entity::ApiKeyId;

    use super::*;

    #[test]
    fn keys_are_listed_with_their_state() {
        let now = Timestamp::from_millis(1_795_435_200_000);
        let earlier = Timestamp::from_millis(1_795_000_000_000);
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
        let rows = [row, revoked, expired].map(|row| of_row(&row, now));

        insta::assert_snapshot!(aligned(&rows), @r"
        01  shop  Web  users.read users.write  2026-11-18 11:06  -                 -                 valid
        01  shop  Web  users.read users.write  2026-11-18 11:06  -                 -                 revoked 2026-11-23 12:00
        01  shop  Web  users.read users.write  2026-11-18 11:06  2026-11-23 12:00  2026-11-18 11:06  expired
        ");
    }
}
