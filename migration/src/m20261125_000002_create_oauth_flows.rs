//! Creates the OAuth sign-ins under way, found by the hash of their state.

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
                    .table("oauth_flows")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(timestamp("expires_at"))
                    .col(long_text("sealed"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("oauth_flows").take()).await
    }
}
