//! Creates the one-time tokens, found by user and purpose.

use sea_orm_migration::prelude::*;

use crate::columns::{text, timestamp, user_key};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("tokens")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(text("user_id"))
                    .col(timestamp("created_at"))
                    .col(timestamp("expires_at"))
                    .col(text("purpose"))
                    .col(text("address"))
                    .col(text("secret_hash"))
                    .col(ColumnDef::new("tries").integer().not_null())
                    .foreign_key(&mut user_key("tokens"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-tokens-project_id-user_id-purpose")
                    .table("tokens")
                    .col("project_id")
                    .col("user_id")
                    .col("purpose")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tokens").take()).await
    }
}
