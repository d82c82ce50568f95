//! `accountd key revoke`: revokes an API key of the database.

use anyhow::{bail, ensure};
use clap::Args;
use entity::{ApiKeyId, api_key};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::cli::output::print;
use crate::client::api_key::KeyHolder;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::beside;
use crate::db::file::Access;

#[derive(Args, Debug)]
pub(in crate::cli) struct Revoke {
    /// The key's id, as `accountd key list` shows it
    id: String,
}

impl Revoke {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let mut configured = config.projects.iter().flat_map(|project| &project.api_keys);
        if configured.any(|key| KeyHolder::configured(key).id == self.id) {
            bail!(
                "the key {} is in the configuration: remove its entry, and reload or restart the server",
                self.id
            );
        }
        let now = Clock::system().now();
        let db = beside::open(&config.database, Access::Write).await?;
        let revoked = api_key::Entity::update_many()
            .col_expr(api_key::Column::RevokedAt, Expr::value(now))
            .filter(api_key::Column::Id.eq(ApiKeyId::new(self.id.as_str())))
            .filter(api_key::Column::RevokedAt.is_null())
            .exec(&db)
            .await?;
        let key = api_key::Entity::find_by_id(ApiKeyId::new(self.id.as_str())).one(&db).await?;
        db.close().await?;
        ensure!(key.is_some(), "there is no key with the id {}", self.id);
        match revoked.rows_affected {
            0 => print(format_args!("the key {} was revoked before", self.id)),
            _ => print(format_args!("revoked the key {}: servers refuse it from now on", self.id)),
        }
    }
}
