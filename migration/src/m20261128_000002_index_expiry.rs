//! Indexes expired secrets and unfinished OAuth sign-ins, so that they are deleted without a scan.

use sea_orm_migration::prelude::*;

use crate::online::{create_index, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The names of the indexes, and their tables.
const INDEXES: [(&str, &str); 2] =
    [("idx-tokens-expires_at", "tokens"), ("idx-oauth_flows-expires_at", "oauth_flows")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in INDEXES {
            let mut index = Index::create();
            index.table(table).col("expires_at");
            create_index(manager, name, index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            drop_index(manager, name).await?;
        }
        Ok(())
    }
}
