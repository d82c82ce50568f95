//! `accountd jwt list`: lists the keys of JWTs.

use clap::Args;
use entity::{Timestamp, signing_key};

use super::{keys_of, now};
use crate::cli::operator::Table;
use crate::cli::output::print_text;
use crate::config::Config;
use crate::crypto::jwt::{KeyOrder, state};
use crate::db::beside;
use crate::db::file::Access;

#[derive(Args, Debug)]
pub(in crate::cli) struct List {
    /// List only the keys of this project
    #[arg(long, value_name = "ID")]
    project: Option<String>,
}

impl List {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = beside::open(&config.database, Access::Read).await?;
        let now = now(&db).await?;
        let mut table =
            Table::new(&["ID", "PROJECT", "ALGORITHM", "CREATED", "SIGNS FROM", "STATE"]);
        let is_wanted = |id: &str| self.project.as_ref().is_none_or(|wanted| wanted == id);
        for project in config.projects.iter().filter(|project| is_wanted(project.id.as_str())) {
            let keys = keys_of(&db, &project.id).await?;
            for key in &keys {
                // The first key of a project without users has signed ever since.
                let begins = key.active_at.max(key.created_at);
                table.add([
                    key.id.to_string(),
                    project.id.to_string(),
                    key.algorithm.clone(),
                    second(key.created_at),
                    second(begins),
                    state(order(key), keys.iter().map(order), now).to_string(),
                ]);
            }
        }
        db.close().await?;
        print_text(table)
    }
}

/// A time in UTC, to the second.
fn second(time: Timestamp) -> String {
    time.to_string().chars().take(19).collect::<String>().replace('T', " ")
}

fn order(key: &signing_key::Model) -> KeyOrder<'_> {
    (key.active_at, key.id.as_str())
}
