//! Creates the devices that users have signed in from.

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
                    .table("devices")
                    .col(text("project_id"))
                    .col(text("user_id"))
                    .col(text("fingerprint"))
                    .col(timestamp("created_at"))
                    .primary_key(
                        Index::create().col("project_id").col("user_id").col("fingerprint"),
                    )
                    .foreign_key(&mut user_key("devices"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("devices").take()).await
    }
}
