//! Creates the ID tokens that have signed in, so that each does so once.

use sea_orm_migration::prelude::*;

use crate::columns::{text, timestamp};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("used_id_tokens")
                    .col(text("id").primary_key())
                    .col(timestamp("expires_at"))
                    .take(),
            )
            .await?;
        let mut index = Index::create();
        index.name("idx-used_id_tokens-expires_at").table("used_id_tokens").col("expires_at");
        manager.create_index(index.take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("used_id_tokens").take()).await
    }
}
