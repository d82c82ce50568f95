//! `accountd jwt drop`: deletes a key of JWTs in an emergency.

use anyhow::Context;
use clap::Args;
use entity::{SigningKeyId, signing_key};
use sea_orm::EntityTrait;

use super::rotate::{activate, create};
use super::{keys_of, now};
use crate::cli::output::print;
use crate::config::Config;
use crate::db::beside;
use crate::db::file::Access;

#[derive(Args, Debug)]
pub(in crate::cli) struct Drop {
    /// The key's id, as `accountd jwt list` and the `kid` of tokens show it
    // One of 64 begins with a hyphen.
    #[arg(allow_hyphen_values = true)]
    id: String,
}

impl Drop {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = beside::open(&config.database, Access::Write).await?;
        let now = now(&db).await?;
        let id = SigningKeyId::new(self.id);
        let dropped = signing_key::Entity::find_by_id(id.clone()).one(&db).await?;
        let dropped = dropped.with_context(|| format!("there is no key {id}"))?;
        let mut keys = keys_of(&db, &dropped.project_id).await?;
        keys.retain(|key| key.id != id);
        let is_next = |key: &&signing_key::Model| now < key.active_at;
        // The key before it may only verify: it was retired, perhaps for a reason.
        let is_signing = !is_next(&&dropped)
            && keys.iter().all(|key| key.active_at <= dropped.active_at || is_next(&key));
        let successor = if is_signing {
            let successor = match keys.iter().find(is_next) {
                Some(next) => {
                    activate(&db, &next.id, now).await?;
                    next.id.clone()
                }
                None => create(&db, config, &dropped.project_id, now, now).await?,
            };
            format!("{successor} signs from now on\n")
        } else {
            String::new()
        };
        signing_key::Entity::delete_by_id(id.clone()).exec(&db).await?;
        db.close().await?;
        print(format_args!(
            "{successor}dropped {id}: servers refuse its tokens within seconds\n\
             Others may know it for as long as they keep a set of keys: restart them, or wait."
        ))
    }
}
