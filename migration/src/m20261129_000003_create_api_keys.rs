//! Creates the API keys of projects, each found by its hash.

use sea_orm_migration::prelude::*;

use crate::columns::{optional_timestamp, text, timestamp};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("api_keys")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(text("name"))
                    .col(text("hash"))
                    .col(text("scopes"))
                    .col(timestamp("created_at"))
                    .col(optional_timestamp("expires_at"))
                    .col(optional_timestamp("revoked_at"))
                    .col(optional_timestamp("last_used_at"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-api_keys-hash")
                    .table("api_keys")
                    .col("hash")
                    .unique()
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("api_keys").take()).await
    }
}
