//! `accountd jwt`: the keys that sign the JWTs of projects, also while servers run.

use std::path::Path;

use clap::{Args, Subcommand};
use entity::{ProjectId, Timestamp, signing_key};
use sea_orm::{ColumnTrait, DatabaseConnection, DbBackend, QueryFilter};

use super::data_source::DataSource;
use crate::clock;
use crate::clock::Clock;
use crate::db::generation;

mod drop;
mod list;
mod rotate;

#[derive(Args, Debug)]
pub(super) struct Jwt {
    #[command(flatten)]
    source: DataSource,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the keys, with what each does now
    List(list::List),
    /// Create a key: it is published now, and signs in two hours, when other servers know it
    Rotate(rotate::Rotate),
    /// Delete a key that others may have: all tokens that it has signed are refused within seconds
    Drop(drop::Drop),
}

impl Jwt {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let config = self.source.load(path)?;
        match self.command {
            Command::List(list) => list.run(&config).await,
            Command::Rotate(rotate) => rotate.run(&config).await,
            Command::Drop(drop) => drop.run(&config).await,
        }
    }
}

/// The keys of a project, in the order in which they begin to sign.
async fn keys_of(
    db: &DatabaseConnection,
    project: &ProjectId,
) -> anyhow::Result<Vec<signing_key::Model>> {
    let own = signing_key::Column::ProjectId.eq(project.clone());
    Ok(signing_key::Entity::find_in_order().filter(own).all(db).await?)
}

/// The time of the servers, whatever this machine's clock says: on PostgreSQL that of the database. A server of an embedded
/// one whose clock was ahead when it started stays ahead, and notes its time every ten minutes.
async fn now(db: &DatabaseConnection) -> anyhow::Result<Timestamp> {
    let clock = Clock::system();
    if db.get_database_backend() == DbBackend::Postgres {
        return Ok(clock.set_by(clock::of_database(db).await?).now());
    }
    let noted = generation::find(db).await?;
    Ok(noted.map_or(clock.now(), |noted| clock.now().max(noted.created_at)))
}
