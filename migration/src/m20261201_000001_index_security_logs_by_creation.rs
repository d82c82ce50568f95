//! Indexes the security log of a project by creation, for the retention of its rows.

use sea_orm_migration::prelude::*;

use crate::online::{create_index, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The name of the index.
const NAME: &str = "idx-security_logs-project_id-created_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.table("security_logs").col("project_id").col("created_at");
        create_index(manager, NAME, index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, NAME).await
    }
}
