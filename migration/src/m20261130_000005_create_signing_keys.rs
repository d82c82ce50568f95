//! Creates the keys that sign the JWTs of projects.

use sea_orm_migration::prelude::*;

use crate::columns::{long_text, text, timestamp};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("signing_keys")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(text("algorithm"))
                    .col(long_text("private_key"))
                    .col(timestamp("created_at"))
                    .col(timestamp("active_at"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("signing_keys").take()).await
    }
}
