//! Indexes recovery codes by their hashes, by which they are encrypted anew under another master secret.

use sea_orm_migration::prelude::*;

use crate::online::{create_index, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The name of the index.
const NAME: &str = "idx-recovery_codes-hash";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.table("recovery_codes").col("hash");
        create_index(manager, NAME, index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, NAME).await
    }
}
