//! `accountd jwt rotate`: creates a key of JWTs before its time.

use anyhow::{Context, bail, ensure};
use clap::Args;
use entity::{ProjectId, SigningKeyId, Timestamp, signing_key};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter};

use super::{keys_of, now};
use crate::cli::output::print;
use crate::config::{Config, JwtAlgorithm};
use crate::crypto::jwt::{Jwt, LEAD, SPREAD};
use crate::crypto::keys::Keys;
use crate::db::beside;
use crate::db::file::Access;
use crate::random::Random;

#[derive(Args, Debug)]
pub(in crate::cli) struct Rotate {
    /// The project
    #[arg(long, value_name = "ID", default_value = "default")]
    project: String,
    /// Let the key sign within ten seconds, as soon as all servers publish it. Those that verify tokens themselves must
    /// fetch unknown keys, as most do
    #[arg(long)]
    now: bool,
}

impl Rotate {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let project = ProjectId::new(self.project);
        let db = beside::open(&config.database, Access::Write).await?;
        let now = now(&db).await?;
        let keys = keys_of(&db, &project).await?;
        let next = keys.iter().find(|key| now < key.active_at);
        let done = match (next, self.now) {
            (Some(next), true) => {
                // Created later than now, if a clock was ahead then.
                let published = next.created_at.min(now) + SPREAD;
                let active_at = next.active_at.min(now.max(published));
                activate(&db, &next.id, active_at).await?;
                format!("{} signs from {active_at} on", next.id)
            }
            (Some(next), false) => {
                let (id, time) = (&next.id, next.active_at);
                bail!("{id} is next, and signs from {time} on; with --now it begins within seconds")
            }
            (None, is_now) => {
                let active_at = now + if is_now { SPREAD } else { LEAD };
                let id = create(&db, config, &project, now, active_at).await?;
                format!("{id} is published now, and signs from {active_at} on")
            }
        };
        db.close().await?;
        print(done)
    }
}

/// Lets a key that is next sign from another time on.
pub(super) async fn activate(
    db: &DatabaseConnection,
    id: &SigningKeyId,
    active_at: Timestamp,
) -> anyhow::Result<()> {
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::ActiveAt, Expr::value(active_at))
        .filter(signing_key::Column::Id.eq(id.clone()))
        .exec(db)
        .await?;
    Ok(())
}

/// Creates a key of a project.
pub(super) async fn create(
    db: &DatabaseConnection,
    config: &Config,
    project: &ProjectId,
    now: Timestamp,
    active_at: Timestamp,
) -> anyhow::Result<SigningKeyId> {
    let keys = Keys::read(config)?;
    let jwt = Jwt::open(config, &keys)?;
    let algorithm = jwt
        .algorithm(project)
        .with_context(|| format!("there is no project `{project}` in the configuration"))?;
    ensure!(
        algorithm != JwtAlgorithm::Hs256,
        "the project {project} signs with HS256, whose key comes from the master secret"
    );
    let row = jwt.new_row((project, algorithm), now, active_at, &Random::System).await?;
    let id = row.id.clone();
    signing_key::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(id)
}
